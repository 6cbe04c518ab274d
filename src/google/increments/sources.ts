import { type Database, type Sql, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import { googleErrorClass } from '../client/index.js';

/** An application of the Reports API, or the channels on which Google tells by itself. */
export type HintSource = 'admin' | 'groups_enterprise' | 'users.watch';

export interface ConnectionKey {
  readonly siteId: number;
  readonly id: string;
}

/** How it stands with a source of hints. */
export interface SourceState {
  readonly source: HintSource;
  /** When it last was as it should be; null: never. */
  readonly goodAt: Date | null;
  /** Why it is not, and what to do; the sync goes on without it. */
  readonly reason: { readonly code: string; readonly text: string } | null;
}

/** Says who looks at a source now: one process alone, and nobody else for so many minutes. */
export async function claimSource(
  database: Database,
  { siteId, id }: ConnectionKey,
  source: HintSource,
  minutes: number,
): Promise<boolean> {
  const next = sql`now() + make_interval(mins => ${minutes})`;
  const rows = await database.write(sql`
    INSERT INTO google_hint_sources AS s (site_id, connection_id, source, due_at) VALUES (${siteId}, ${id}, ${source}, ${next})
    ON CONFLICT (site_id, connection_id, source) DO UPDATE SET due_at = excluded.due_at WHERE s.due_at <= now()
    RETURNING 1`);
  return rows.length > 0;
}

/** How it stands with the sources of a connection that were looked at. */
export function readSources(database: Database, { siteId, id }: ConnectionKey): Promise<SourceState[]> {
  return database.write<SourceState>(sql`
    SELECT source, good_at AS "goodAt",
      CASE WHEN reason_code IS NOT NULL THEN jsonb_build_object('code', reason_code, 'text', reason_text) END AS reason
    FROM google_hint_sources WHERE site_id = ${siteId} AND connection_id = ${id} ORDER BY source`);
}

export function sourceIsGood({ siteId, id }: ConnectionKey, source: HintSource, at: Date): Sql {
  return sql`
    INSERT INTO google_hint_sources (site_id, connection_id, source, good_at) VALUES (${siteId}, ${id}, ${source}, ${at})
    ON CONFLICT (site_id, connection_id, source) DO UPDATE SET good_at = excluded.good_at, reason_code = NULL, reason_text = NULL`;
}

export function forgetSource({ siteId, id }: ConnectionKey, source: HintSource): Sql {
  return sql`
    DELETE FROM google_hint_sources WHERE site_id = ${siteId} AND connection_id = ${id} AND source = ${source}`;
}

/**
 * Writes down why a source gives nothing. That is no error of the connection: complete runs need none of this.
 * @throws what is no answer of Google's, and `google.cancelled`
 */
export async function noteSourceError(
  database: Database,
  { siteId, id }: ConnectionKey,
  source: HintSource,
  error: unknown,
): Promise<void> {
  const errorClass = googleErrorClass(error);
  if (!(error instanceof RollcallError) || errorClass === undefined || errorClass === 'cancelled') throw error;
  await database.write(sql`
    INSERT INTO google_hint_sources (site_id, connection_id, source, reason_code, reason_text)
    VALUES (${siteId}, ${id}, ${source}, ${error.code}, ${error.message})
    ON CONFLICT (site_id, connection_id, source) DO UPDATE
      SET reason_code = excluded.reason_code, reason_text = excluded.reason_text`);
}
