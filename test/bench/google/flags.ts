import { parseArgs } from 'node:util';

export interface Flags {
  /** Users of each Workspace, in growing order; it has a twentieth as many groups and ten times as many memberships. */
  readonly sizes: readonly number[];
  /** Requests in 60 seconds that the connection is allowed. */
  readonly rate: number;
  /** Whether the statements with the most time are shown after each run. */
  readonly statements: boolean;
}

/** The emulator has no more people, and fewer than 100 make no group worth the name. */
const SIZES = { least: 100, most: 100_000 };

/** The flags of `npm run bench:google -- …`. @throws Error that names the flag */
export function parseFlags(argv: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sizes: { type: 'string', default: '50000,100000' },
      rate: { type: 'string', default: '60000' },
      statements: { type: 'boolean', default: false },
    },
  });
  return {
    sizes: values.sizes.split(',').map((size) => whole('--sizes', size, SIZES)),
    rate: whole('--rate', values.rate, { least: 60, most: 1_000_000 }),
    statements: values.statements,
  };
}

function whole(flag: string, text: string, { least, most }: { readonly least: number; readonly most: number }): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${flag}: ${text} must be a whole number from ${least} to ${most}`);
}
