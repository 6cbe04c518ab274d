import { InvalidArgumentError, Option } from 'commander';
import { DAYS_SHOWN, dayRange } from '../administration/index.js';
import {
  type DayRange,
  findApplication,
  type LicenceDay,
  readLicenceDays,
  readTrueUp,
  type TrueUp,
} from '../licensing/index.js';
import { csv } from './csv.js';
import { table } from './output.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface RangeOptions extends SiteOptions {
  readonly from?: string;
  readonly to?: string;
  readonly csv?: boolean;
}

/** `rollcall licensing history | true-up` */
export const historyCommands: Register = (group, session) => {
  siteCommand(group, 'history', "show how an application's licences were used, day by day")
    .argument('<application>', 'its key')
    .option('--from <day>', `the first day, in UTC; ${DAYS_SHOWN} days before the last unless said otherwise`, parseDay)
    .option('--to <day>', 'the last day; today unless said otherwise', parseDay)
    .addOption(csvOption())
    .action((key: string, options: RangeOptions) => {
      const range = rangeOf(options);
      return session.answerInSite(options, async ({ database, site }) => {
        const { id } = await findApplication(database, site.id, key);
        const days = await readLicenceDays(database, site.id, id, range);
        return {
          json: { application: key, ...range, days },
          text: () => (options.csv === true ? historyCsv(days) : historyText(days)),
        };
      });
    });

  siteCommand(group, 'true-up', "add up how an application's licences were used in a time")
    .argument('<application>', 'its key')
    .requiredOption('--from <day>', 'the first day, in UTC', parseDay)
    .requiredOption('--to <day>', 'the last day', parseDay)
    .addOption(csvOption())
    .action((key: string, options: RangeOptions) => {
      const range = rangeOf(options);
      return session.answerInSite(options, async ({ database, site }) => {
        const { id } = await findApplication(database, site.id, key);
        const licences = await readTrueUp(database, site.id, id, range);
        return {
          json: { application: key, ...range, licences },
          text: () => (options.csv === true ? trueUpCsv(licences) : trueUpText(licences)),
        };
      });
    });
};

function csvOption(): Option {
  return new Option('--csv', 'print a table for spreadsheets').conflicts('json');
}

function parseDay(text: string): string {
  const day = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(text) : undefined;
  if (day !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)) return text;
  throw new InvalidArgumentError('Write a day such as 2027-01-31.');
}

/** @throws UsageError */
function rangeOf({ from, to }: RangeOptions): DayRange {
  const range = dayRange(from, to);
  if (range.from > range.to) throw new UsageError('--from must not be later than --to');
  return range;
}

const CHART_WIDTH = 30;

function historyText(days: readonly LicenceDay[]): string {
  const licences = [...new Set(days.map(({ licenceId }) => licenceId))];
  const charts = licences.map((id) => chart(days.filter(({ licenceId }) => licenceId === id)));
  return charts.join('\n\n') || 'Nothing is known of these days.';
}

/** `#` for what was taken at the end of the day, `+` up to the highest, `|` where the seats end. */
function chart(days: readonly LicenceDay[]): string {
  const most = Math.max(1, ...days.map(({ highest, seats }) => Math.max(highest, seats ?? 0)));
  const scaled = (value: number) => Math.round((value / most) * CHART_WIDTH);
  const bar = ({ used, highest, seats }: LicenceDay) => {
    const filled = '#'.repeat(scaled(used)).padEnd(scaled(highest), '+');
    if (seats === null) return filled;
    const end = scaled(seats);
    return `${filled.slice(0, end).padEnd(end)}|${filled.slice(end)}`;
  };
  const rows = days.map((day) => [
    day.day,
    day.seats ?? 'unlimited',
    day.used,
    day.highest,
    day.over,
    day.waiting,
    bar(day),
  ]);
  return `${days.at(-1)?.licence}\n${table(['DAY', 'SEATS', 'TAKEN', 'HIGHEST', 'OVER', 'WAITING', ''], rows, '')}`;
}

function historyCsv(days: readonly LicenceDay[]): string {
  return csv(
    ['day', 'licence', 'seats', 'used', 'highest', 'over', 'waiting'],
    days.map(({ day, licence, seats, used, highest, over, waiting }) => [
      day,
      licence,
      seats,
      used,
      highest,
      over,
      waiting,
    ]),
  );
}

function trueUpText(licences: readonly TrueUp[]): string {
  const rows = licences.map(({ licence, seats, days, peak, peakDay, average, daysOver, highestOver }) => [
    licence,
    seats ?? 'unlimited',
    days,
    peak,
    peakDay,
    average.toFixed(2),
    daysOver,
    highestOver,
  ]);
  const headings = ['LICENCE', 'SEATS', 'DAYS KNOWN', 'PEAK', 'FIRST ON', 'AVERAGE', 'DAYS OVER', 'MOST OVER'];
  return table(headings, rows, 'Nothing is known of these days.');
}

function trueUpCsv(licences: readonly TrueUp[]): string {
  return csv(
    ['licence', 'seats', 'days', 'peak', 'peakDay', 'average', 'daysOver', 'highestOver'],
    licences.map(({ licence, seats, days, peak, peakDay, average, daysOver, highestOver }) => [
      licence,
      seats,
      days,
      peak,
      peakDay,
      average,
      daysOver,
      highestOver,
    ]),
  );
}
