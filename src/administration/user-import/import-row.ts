import { z } from 'zod';
import { mailAddress } from '../mail-address.js';

const text = z.string().trim().min(1).max(1200);

const YES_OR_NO: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  1: true,
  false: false,
  no: false,
  0: false,
};

/** A person of a list. What is left out stays as it is. */
export const importRow = z
  .strictObject({
    userName: text.optional().describe('By which a user is found; left out: the email.'),
    displayName: text.optional(),
    givenName: text.optional(),
    familyName: text.optional(),
    email: mailAddress.optional(),
    title: text.optional(),
    department: text.optional().describe('Of the enterprise extension (RFC 7643 section 4.3).'),
    groups: z
      .union([z.array(text), z.string().transform((names) => names.split(';').map((name) => name.trim()))])
      .transform((names) => [...new Set(names.filter((name) => name !== ''))])
      .pipe(z.array(text).max(1000))
      .optional()
      .describe('Names of groups to put the person into; in a text separated by semicolons.'),
    type: z.enum(['standard', 'customer', 'service']).optional(),
    active: z
      .union([
        z.boolean(),
        z
          .string()
          .toLowerCase()
          .refine((word) => word in YES_OR_NO)
          .transform((word) => YES_OR_NO[word] === true),
      ])
      .optional(),
  })
  .refine(({ userName, email }) => userName !== undefined || email !== undefined, {
    error: 'a row needs a userName or an email',
  });

export type ImportRow = z.output<typeof importRow>;

/** The columns of a list. */
export const IMPORT_COLUMNS: readonly string[] = Object.keys(importRow.shape);

/** A row as it was read, with the line on which it ends; or what is wrong with it before anybody looks into it. */
export type NumberedRow = { readonly line: number } & ({ readonly row: unknown } | { readonly problem: string });

/** What is wrong with a row, or with a part of it. */
export interface RowProblem {
  readonly code: string;
  readonly message: string;
}

/** What became of a row, or would become of it. */
export interface RowOutcome {
  readonly line: number;
  readonly userName: string | null;
  readonly userId: string | null;
  /** `refused`: nothing happened to the user. Of the others a group or the type may have been refused. */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'refused';
  readonly problems: readonly RowProblem[];
}
