import { InvalidArgumentError, Option } from 'commander';
import { connectionNames, requireConnection, requireUser } from '../administration/index.js';
import { isObjectId } from '../directory/index.js';
import { type LogEntry, listLog, type Outcome } from '../log/index.js';
import { logVerifyCommand } from './log-verify-command.js';
import { count, table } from './output.js';
import { microseconds } from './parse-duration.js';
import { parseCount } from './parse-number.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';

interface ListOptions extends SiteOptions {
  readonly subject?: string;
  readonly outcome?: Outcome;
  readonly action?: string;
  readonly connection?: string;
  readonly limit: number;
  readonly before?: { readonly at: Date; readonly id: string };
}

/** `rollcall log list | verify` */
export const logCommands: Register = (group, session) => {
  siteCommand(group, 'list', 'list entries of the provisioning log, the newest first')
    .option('--subject <id|userName>', 'about this user, group or other object; deleted ones by their id')
    .addOption(
      new Option('--outcome <outcome>', 'that ended like this').choices(['success', 'failure', 'skipped', 'waiting']),
    )
    .option('--action <action>', 'such as user.create')
    .option('--connection <name>', 'that came from this connection')
    .option('--limit <number>', 'how many at most', parseCount(10_000), 50)
    .option('--before <at,id>', 'continue below this entry: `next` of the answer before', parseBefore)
    .action((options: ListOptions) => list(session, options));
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
    const { database, site } = services;
    const found = await listLog(database, {
      siteId: site.id,
      subjectId: options.subject === undefined ? undefined : await subjectId(services, options.subject),
      connectionId:
        options.connection === undefined ? undefined : (await requireConnection(services, options.connection)).id,
      action: options.action,
      outcome: options.outcome,
      before: options.before,
      limit: options.limit + 1,
    });
    const nameOf = await connectionNames(services);
    const entries = found
      .slice(0, options.limit)
      .map((entry) => ({ ...entry, connection: nameOf(entry.connectionId) }));
    const last = found.length > options.limit ? entries.at(-1) : undefined;
    const next = last === undefined ? null : `${last.at.toISOString()},${last.id}`;
    return { json: { entries, next }, text: () => entryTable(entries, next) };
  });
}

async function subjectId(services: SiteServices, text: string): Promise<string> {
  return isObjectId(text) ? text : (await requireUser(services, text)).id;
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
