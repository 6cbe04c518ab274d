import { parseArgs } from 'node:util';

export interface Flags {
  /** Numbers of users, a directory each. */
  readonly sizes: readonly number[];
  /** Only this operation. */
  readonly only: string | undefined;
  /** The one operation to profile instead of a report. */
  readonly profile: string | undefined;
  readonly seconds: number;
  readonly connections: number;
  readonly rounds: number;
}

/** The flags of `npm run bench -- …`. @throws Error that names the flag */
export function parseFlags(argv: readonly string[]): Flags {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      sizes: { type: 'string', default: '10000,100000' },
      only: { type: 'string' },
      profile: { type: 'string' },
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '16' },
      rounds: { type: 'string', default: '3' },
    },
  });
  return {
    sizes: values.sizes.split(',').map((size) => positive('--sizes', size, 1000)),
    only: values.only ?? values.profile,
    profile: values.profile,
    seconds: positive('--seconds', values.seconds, 0.1),
    connections: positive('--connections', values.connections, 1),
    rounds: positive('--rounds', values.rounds, 1),
  };
}

function positive(flag: string, text: string, least: number): number {
  const number = Number(text);
  if (!(number >= least)) throw new Error(`${flag}: ${text} must be a number, at least ${least}`);
  return number;
}
