import type { Config } from '../../config/index.js';
import { type Database, sql } from '../../database/index.js';
import type { GoogleActivity, GoogleClient } from '../client/index.js';
import { type ClientServices, type GoogleConnection, openGoogleClient } from '../connections/index.js';
import { type Hint, noteHints } from '../refresh/index.js';
import { requestRun } from '../runs/index.js';
import { APPLICATIONS, type Application, hintsOfEvent } from './hints-of-event.js';
import { noteSourceError, readSources, sourceIsGood } from './sources.js';

const MINUTE = 60_000;

/** What happened shows after minutes, at times after hours: each window begins this much before the last look. */
const OVERLAP_MILLISECONDS = 60 * MINUTE;

/** Who has not looked for longer leaves the rest to complete runs. */
const LONGEST_WINDOW_MILLISECONDS = 24 * 60 * MINUTE;

/**
 * Looks what Google's reports say has changed since the last time, and notes what has to be read. Where reports cannot be
 * had, that is written down and nothing else: the sync does not depend on them.
 * @throws `google.cancelled`, and what is no answer of Google's
 */
export async function pollReports(
  services: ClientServices,
  connection: GoogleConnection,
  signal: AbortSignal,
): Promise<void> {
  const { database } = services;
  const states = new Map((await readSources(database, connection)).map((state) => [state.source, state]));
  for (const application of APPLICATIONS) {
    try {
      const client = await openGoogleClient(services, connection, { users: [], groups: [] });
      const now = Date.now();
      const since = states.get(application)?.goodAt?.getTime() ?? now;
      const from = new Date(Math.max(since - OVERLAP_MILLISECONDS, now - LONGEST_WINDOW_MILLISECONDS));
      const { activities, whole } = await readActivities(client, application, from, services.config.google, signal);
      const complete = await noteActivities(database, connection, {
        application,
        from,
        now: new Date(now),
        activities,
      });
      if (complete || !whole) await requestRun(database, connection.siteId, connection.id, 'sync', 'hint');
    } catch (error) {
      await noteSourceError(database, connection, application, error);
    }
  }
}

/** @returns the newest, and whether that is all of them */
async function readActivities(
  client: GoogleClient,
  application: Application,
  startTime: Date,
  { reportActivities }: Pick<Config['google'], 'reportActivities'>,
  signal: AbortSignal,
): Promise<{ readonly activities: readonly GoogleActivity[]; readonly whole: boolean }> {
  const activities: GoogleActivity[] = [];
  let pageToken: string | undefined;
  do {
    const page = await client.listActivities({ application, startTime, pageToken, signal });
    activities.push(...page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && activities.length < reportActivities);
  return { activities, whole: pageToken === undefined };
}

interface Look {
  readonly application: Application;
  readonly from: Date;
  readonly now: Date;
  readonly activities: readonly GoogleActivity[];
}

/**
 * Notes what was not seen before, all of it or nothing.
 * @returns whether only a complete run can tell what is different
 */
async function noteActivities(
  database: Database,
  connection: GoogleConnection,
  { application, from, now, activities }: Look,
): Promise<boolean> {
  const { siteId, id: connectionId } = connection;
  const dated = activities.filter(({ at }) => !Number.isNaN(Date.parse(at)));
  const rows = dated.map(({ at, uniqueQualifier }) => ({ at: new Date(at).toISOString(), qualifier: uniqueQualifier }));
  return database.transaction(async (transaction) => {
    const fresh = await transaction.run<{ at: Date; qualifier: string }>(sql`
      INSERT INTO google_activities (site_id, connection_id, application, at, qualifier)
      SELECT ${siteId}, ${connectionId}::uuid, ${application}, at, qualifier
      FROM json_to_recordset(${JSON.stringify(rows)}::json) AS seen (at timestamptz, qualifier text)
      ON CONFLICT DO NOTHING RETURNING at, qualifier`);
    const names = new Set(fresh.map(({ at, qualifier }) => `${at.getTime()} ${qualifier}`));
    const found = dated
      .filter(({ at, uniqueQualifier }) => names.has(`${Date.parse(at)} ${uniqueQualifier}`))
      .flatMap(({ events }) => events.map((event) => hintsOfEvent(application, event)));
    const hints = found.flatMap((hint): readonly Hint[] => (hint === 'complete' ? [] : hint));
    if (hints.length > 0) await transaction.run(noteHints({ siteId, connectionId }, hints));
    await transaction.run(sql`
      DELETE FROM google_activities WHERE site_id = ${siteId} AND connection_id = ${connectionId}
        AND application = ${application} AND at < ${new Date(from.getTime() - OVERLAP_MILLISECONDS)}`);
    await transaction.run(sourceIsGood(connection, application, now));
    return found.includes('complete');
  });
}
