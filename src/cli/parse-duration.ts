import { InvalidArgumentError } from 'commander';
import { count } from './output.js';

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

const UNITS: Readonly<Record<string, number>> = { h: HOUR, d: DAY, w: 7 * DAY, y: 365 * DAY };

/** The same bound as the setting tokens.lifetimeDays has. */
const LONGEST = 3650 * DAY;

/** `12h`, `90d`, `4w` or `1y` in milliseconds. @throws InvalidArgumentError */
export function parseDuration(text: string): number {
  const match = /^(\d{1,6})([hdwy])$/.exec(text);
  const milliseconds = Number(match?.[1] ?? 0) * (UNITS[match?.[2] ?? ''] ?? 0);
  if (milliseconds > 0 && milliseconds <= LONGEST) return milliseconds;
  throw new InvalidArgumentError('Write a number and h, d, w or y, such as 365d; ten years at most.');
}

/** How far away a moment is, in its largest unit: `in 12 days`, `3 hours ago`. */
export function fromNow(at: Date, now = Date.now()): string {
  const distance = at.getTime() - now;
  const size = Math.abs(distance);
  const [unit, name] = size >= 2 * DAY ? [DAY, 'day'] : size >= 2 * HOUR ? [HOUR, 'hour'] : [60_000, 'minute'];
  const amount = count(Math.round(size / unit), name);
  return distance >= 0 ? `in ${amount}` : `${amount} ago`;
}

/** A process time as the log keeps it. */
export function microseconds(value: number): string {
  if (value < 1_000) return `${value} us`;
  return value < 1_000_000 ? `${(value / 1_000).toFixed(1)} ms` : `${(value / 1_000_000).toFixed(1)} s`;
}
