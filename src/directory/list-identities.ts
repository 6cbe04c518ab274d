import { type Database, sql } from '../database/index.js';

/** What a connection calls a user or group. */
export interface Identity {
  readonly connectionId: string;
  readonly externalId: string | null;
  readonly linkedAt: Date;
}

/** All identities of one user or group, the oldest first. */
export function listIdentities(database: Database, siteId: number, objectId: string): Promise<Identity[]> {
  return database.read<Identity>(sql`
    SELECT connection_id AS "connectionId", external_id AS "externalId", linked_at AS "linkedAt"
    FROM identities WHERE site_id = ${siteId} AND object_id = ${objectId} ORDER BY linked_at, connection_id`);
}
