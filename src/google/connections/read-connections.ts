import { type Database, type Sql, sql } from '../../database/index.js';
import { isObjectId } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import type { GoogleConnection } from './google-connection.js';
import { readSettings } from './settings.js';

/** The columns of `connections c` and `google_connections g` under the names of GoogleConnection. */
export const googleColumns = sql`
  c.site_id AS "siteId", c.id, c.name, g.customer, g.domain, g.subject, g.keyless,
  g.service_account AS "serviceAccount", g.key_id AS "keyId", g.settings, g.interval_minutes AS "intervalMinutes", g.state,
  CASE WHEN g.reason_code IS NOT NULL THEN jsonb_build_object('code', g.reason_code, 'text', g.reason_text) END AS reason,
  g.state_since AS "stateSince", g.created_at AS "createdAt", g.updated_at AS "updatedAt"`;

export const googleTables = sql`connections c JOIN google_connections g ON g.site_id = c.site_id AND g.id = c.id`;

/** The Google connections of a site by name. Not from a replica: who has just changed one wants to see it. */
export async function listGoogleConnections(database: Database, siteId: number): Promise<GoogleConnection[]> {
  const rows = await database.write<GoogleConnection>(sql`
    SELECT ${googleColumns} FROM ${googleTables} WHERE c.site_id = ${siteId} ORDER BY c.name`);
  return rows.map(toConnection);
}

/** @throws RollcallError `google.connection-not-found` */
export async function readGoogleConnection(
  database: Database,
  siteId: number,
  nameOrId: string,
): Promise<GoogleConnection> {
  const [connection] = await database.write<GoogleConnection>(sql`
    SELECT ${googleColumns} FROM ${googleTables} WHERE c.site_id = ${siteId} AND ${isNamed(nameOrId)}`);
  if (connection === undefined) throw connectionNotFound(nameOrId);
  return toConnection(connection);
}

/** A row of `googleColumns`, its settings completed. */
export function toConnection(row: GoogleConnection): GoogleConnection {
  return { ...row, settings: readSettings(row.settings) };
}

export function isNamed(nameOrId: string): Sql {
  return isObjectId(nameOrId) ? sql`(c.name = ${nameOrId} OR c.id = ${nameOrId}::uuid)` : sql`c.name = ${nameOrId}`;
}

export function connectionNotFound(nameOrId: string): RollcallError {
  const message = `There is no Google connection "${nameOrId}"; see: rollcall google list`;
  return new RollcallError('not-found', 'google.connection-not-found', message);
}
