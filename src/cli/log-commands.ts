import { InvalidArgumentError } from 'commander';
import { connectionNames } from '../administration/index.js';
import { isObjectId } from '../directory/index.js';
import { type LogEntry, listLog } from '../log/index.js';
import { logExportCommand } from './log-export-command.js';
import { logFailuresCommand } from './log-failures-command.js';
import { type LogFilterOptions, logFilter, withLogFilterOptions } from './log-filter-options.js';
import { logVerifyCommand } from './log-verify-command.js';
import { count, table } from './output.js';
import { microseconds } from './parse-duration.js';
import { parseCount } from './parse-number.js';
import { type Register, type Session, siteCommand } from './session.js';

interface ListOptions extends LogFilterOptions {
  readonly limit: number;
  readonly before?: { readonly at: Date; readonly id: string };
}

/** `rollcall log list | failures | export | verify` */
export const logCommands: Register = (group, session) => {
  withLogFilterOptions(siteCommand(group, 'list', 'list entries of the provisioning log, the newest first'))
    .option('--limit <number>', 'how many at most', parseCount(10_000), 50)
    .option('--before <at,id>', 'continue below this entry: `next` of the answer before', parseBefore)
    .action((options: ListOptions) => list(session, options));
  logFailuresCommand(group, session);
  logExportCommand(group, session);
  logVerifyCommand(group, session);
};

function parseBefore(text: string): { at: Date; id: string } {
  const [at = '', id = '', ...rest] = text.split(',');
  if (rest.length === 0 && isObjectId(id) && /^\d{4}-\d\d-\d\dT/.test(at) && !Number.isNaN(Date.parse(at))) {
    return { at: new Date(at), id };
  }
  throw new InvalidArgumentError('Write the time and id of an entry: 2026-03-01T09:30:00.000Z,0195…');
}

function list(session: Session, options: ListOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { limit, before } = options;
    const found = await listLog(services.database, {
      ...(await logFilter(services, options)),
      before,
      limit: limit + 1,
    });
    const nameOf = await connectionNames(services);
    const entries = found.slice(0, limit).map((entry) => ({ ...entry, connection: nameOf(entry.connectionId) }));
    const last = found.length > limit ? entries.at(-1) : undefined;
    const next = last === undefined ? null : `${last.at.toISOString()},${last.id}`;
    return { json: { entries, next }, text: () => entryTable(entries, next) };
  });
}

function entryTable(entries: readonly (LogEntry & { connection: string | null })[], next: string | null): string {
  const rows = entries.map((entry) => [
    entry.at,
    entry.outcome,
    entry.action,
    entry.personal?.name ?? entry.objectId,
    entry.connection ?? entry.source,
    microseconds(entry.durationMicroseconds),
    entry.errorCode === null ? changes(entry) : `${entry.errorCode}: ${entry.personal?.advice ?? ''}`,
  ]);
  const headings = ['TIME', 'OUTCOME', 'ACTION', 'OBJECT', 'BY', 'TOOK', 'WHAT'];
  const list = table(headings, rows, 'There is no such entry.');
  return next === null ? list : `${list}\nOlder entries: --before ${next}`;
}

/** Values that take more room are in --json. */
const VALUE_LENGTH = 40;

function changes(entry: LogEntry): string {
  const changed = entry.personal?.changes?.map(
    (change) => `${change.attribute}: ${shown(change.old)} -> ${shown(change.new)}`,
  );
  const about = changed ?? entry.changed;
  const others = entry.subjectCount === 0 ? [] : [`touches ${count(entry.subjectCount, 'other')}`];
  const told = [...about, ...others];
  // Where nothing changed, the last step says why there is an entry.
  return told.length > 0 ? told.join('; ') : (entry.steps.at(-1)?.result ?? '');
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > VALUE_LENGTH ? `${text.slice(0, VALUE_LENGTH - 3)}...` : text;
}
