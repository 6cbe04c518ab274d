import type { AccessOutlook, Outlook } from '../change/index.js';
import type { Standing } from '../licensing/index.js';
import { table } from './output.js';

/** Rows that a person reads; --json has all of them. */
const MOST_ROWS = 50;

/** Who gains, loses or waits, and what it costs in seats, for people. */
export function outlookText({ access, pools }: Outlook): string {
  if (access.length === 0) return "Nobody's access would change.";
  const rows = access
    .slice(0, MOST_ROWS)
    .map(({ userName, application, effect, before, after }) => [
      userName,
      application,
      effect,
      standingText(before),
      standingText(after),
    ]);
  const rest = access.length > MOST_ROWS ? `\nand ${access.length - MOST_ROWS} more: see --json` : '';
  const seats = pools.map(({ application, licence, seats: limit, used, waiting }) => [
    application,
    licence,
    limit ?? 'unlimited',
    `${used.before} -> ${used.after}`,
    `${waiting.before} -> ${waiting.after}`,
  ]);
  return [
    summaryOf(access),
    table(['USER', 'APPLICATION', 'EFFECT', 'NOW', 'THEN'], rows, '') + rest,
    ...(seats.length === 0 ? [] : [table(['APPLICATION', 'LICENCE', 'SEATS', 'TAKEN', 'WAITING'], seats, '')]),
  ].join('\n\n');
}

const EFFECTS = {
  gains: 'access is gained',
  loses: 'access is lost',
  changes: 'the role or seat changes',
  waits: 'only the place in a queue changes',
} as const;

/** `access is lost: 2, access is gained: 1` */
export function summaryOf(access: readonly AccessOutlook[]): string {
  const parts = Object.entries(EFFECTS).flatMap(([effect, text]) => {
    const amount = access.filter((one) => one.effect === effect).length;
    return amount === 0 ? [] : [`${text}: ${amount}`];
  });
  return parts.join(', ');
}

/** `editor with a seat of Standard, waits for admin` */
function standingText({ role, licence, waitsFor }: Standing): string {
  const held = role === null ? 'nothing' : licence === null ? role : `${role} with a seat of ${licence}`;
  return waitsFor.length === 0 ? held : `${held}, waits for ${waitsFor.join(', ')}`;
}
