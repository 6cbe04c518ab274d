import { findApplication, listUnusedSeats, type UnusedSeat } from '../licensing/index.js';
import { count, table } from './output.js';
import { parseCount } from './parse-number.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

/** Ten years. */
export const MOST_DAYS = 3650;

interface UnusedOptions extends SiteOptions {
  readonly days: number;
}

/** `rollcall application unused` */
export const unusedCommand: Register = (group, session) => {
  siteCommand(group, 'unused', 'list seats that nobody used, by what the application reports')
    .argument('<key>', 'the application')
    .requiredOption('--days <number>', 'neither used nor given for as many days', parseCount(MOST_DAYS))
    .action((key: string, { days, ...options }: UnusedOptions) =>
      session.answerInSite(options, async ({ database, site }) => {
        const { id, name } = await findApplication(database, site.id, key);
        const seats = await listUnusedSeats(database, site.id, id, days);
        const unused = seats.filter(({ lastActiveAt }) => lastActiveAt !== null);
        const neverReported = seats.filter(({ lastActiveAt }) => lastActiveAt === null);
        return {
          json: {
            application: key,
            days,
            unused,
            neverReported: neverReported.map(({ lastActiveAt: _, ...seat }) => seat),
          },
          text: () => unusedText(name, days, unused, neverReported),
        };
      }),
    );
};

function unusedText(name: string, days: number, unused: readonly UnusedSeat[], never: readonly UnusedSeat[]): string {
  const rows = (seats: readonly UnusedSeat[]) =>
    seats.map(({ userName, role, licence, since, lastActiveAt }) => [
      userName,
      role,
      licence,
      ...(lastActiveAt === null ? [] : [lastActiveAt]),
      since,
    ]);
  const parts = [
    table(
      ['USER', 'ROLE', 'LICENCE', 'LAST USED', 'HELD SINCE'],
      rows(unused),
      `No seat of ${name} that was used once is unused for ${count(days, 'day')}.`,
    ),
  ];
  if (never.length > 0) {
    parts.push(
      `${count(never.length, 'seat')} of which ${name} never reported any use`,
      table(['USER', 'ROLE', 'LICENCE', 'HELD SINCE'], rows(never), ''),
    );
  }
  return parts.join('\n\n');
}
