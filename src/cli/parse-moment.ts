import { InvalidArgumentError } from 'commander';

const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** A day, which begins at midnight UTC, or a time with its zone; null for `never`. @throws InvalidArgumentError */
export function parseMoment(text: string): Date | null {
  if (text === 'never') return null;
  const moment = new Date(text);
  // Date would read a time without zone as this machine's own, and 31 February as a day in March.
  const day = /^\d{4}-\d\d-\d\d/.exec(text)?.[0] ?? '';
  const isDay = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);
  if (MOMENT.test(text) && isDay && !Number.isNaN(moment.getTime())) return moment;
  throw new InvalidArgumentError('Write a day such as 2027-01-31, a time such as 2027-01-31T18:00:00Z, or never.');
}
