import { z } from 'zod';

/** What an error answer says, whichever of Google's front ends it came from. */
export interface RefusalReasons {
  readonly message: string | undefined;
  /** `reason` of each error, and of the newer `details`. */
  readonly reasons: readonly string[];
  /** `reason` of the errors whose domain is usageLimits. */
  readonly limits: readonly string[];
}

const errorSchema = z.object({ domain: z.string().catch(''), reason: z.string().catch('') });

const bodySchema = z.object({
  error: z.object({
    message: z.string().optional().catch(undefined),
    errors: z.array(errorSchema).catch([]),
    details: z.array(z.object({ reason: z.string().catch('') })).catch([]),
  }),
});

/** @param body JSON; some refusals are plain text or HTML, whose text is the message then */
export function reasonsOf(body: unknown): RefusalReasons {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    // HTML says nothing to anybody.
    const text = typeof body === 'string' && !body.trimStart().startsWith('<') ? body : undefined;
    return { message: text, reasons: [], limits: [] };
  }
  const { message, errors, details } = parsed.data.error;
  return {
    message,
    reasons: [...errors, ...details].map(({ reason }) => reason),
    limits: errors.filter(({ domain }) => domain === 'usageLimits').map(({ reason }) => reason),
  };
}
