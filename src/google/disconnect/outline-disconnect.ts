import { createHash } from 'node:crypto';
import { type Database, type Sql, sql } from '../../database/index.js';
import { forecastSeats, type SeatForecast, type SeatRules } from '../../licensing/index.js';
import type { GoogleConnection } from '../connections/index.js';

/**
 * What becomes of the users and groups that a connection owns: they stay as they are, or the users are deactivated, or
 * all of them are deleted, which can be taken back within the grace period.
 */
export type DisconnectMode = 'keep' | 'suspend' | 'remove';

/** What disconnecting comes to. */
export interface DisconnectOutlook {
  readonly mode: DisconnectMode;
  /** Users and groups that the connection owns: they become local, or go. */
  readonly users: number;
  /** Those of them who may use anything at all today. */
  readonly activeUsers: number;
  readonly groups: number;
  /** Members of groups that the connection has put there, people and groups. */
  readonly memberships: number;
  /** Users and groups of other owners that are linked with Google: they stay, and the link goes. */
  readonly linked: number;
  /** Licences with the seats that become free. */
  readonly licences: readonly SeatForecast[];
  /** What confirms exactly this. */
  readonly confirmation: string;
}

export type Connected = Pick<GoogleConnection, 'siteId' | 'id' | 'name'>;

type Counts = Pick<DisconnectOutlook, 'users' | 'activeUsers' | 'groups' | 'memberships' | 'linked'>;

/** Counts what disconnecting comes to, and changes nothing. */
export function outlineDisconnect(
  database: Database,
  rules: SeatRules,
  { siteId, id }: Connected,
  mode: DisconnectMode,
): Promise<DisconnectOutlook> {
  return database.transaction(async (transaction) => {
    const owned = (table: Sql, more = sql``) => sql`
      (SELECT count(*)::integer FROM ${table} o WHERE o.site_id = ${siteId} AND o.owner_connection_id = ${id} ${more})`;
    const living = sql`AND o.deleted_at IS NULL`;
    const [counts] = await transaction.run<Counts>(sql`
      SELECT ${owned(sql`users`, living)} AS users,
        ${owned(sql`users`, sql`${living} AND o.state = 'active'`)} AS "activeUsers",
        ${owned(sql`groups`, living)} AS groups,
        ${owned(sql`memberships`)} + ${owned(sql`nestings`)} AS memberships,
        (SELECT count(*)::integer FROM identities i
          LEFT JOIN users u ON u.site_id = i.site_id AND u.id = i.object_id AND u.deleted_at IS NULL
          LEFT JOIN groups g ON g.site_id = i.site_id AND g.id = i.object_id AND g.deleted_at IS NULL
          WHERE i.site_id = ${siteId} AND i.connection_id = ${id} AND coalesce(u.id, g.id) IS NOT NULL
            AND coalesce(u.owner_connection_id, g.owner_connection_id) IS DISTINCT FROM ${id}::uuid) AS linked`);
    if (counts === undefined) throw new Error('A SELECT without FROM has one row');
    const licences = mode === 'keep' ? [] : await forecast();
    const outcome = JSON.stringify([
      siteId,
      id,
      mode,
      counts,
      licences.map(({ licenceId, freed }) => [licenceId, freed]),
    ]);
    const confirmation = createHash('sha256').update(outcome).digest('base64url');
    return { mode, ...counts, licences: licences.filter(({ freed }) => freed > 0), confirmation };

    function forecast(): Promise<SeatForecast[]> {
      const nobody = sql`SELECT NULL::uuid AS group_id, NULL::uuid AS user_id WHERE false`;
      const noGroup = sql`SELECT NULL::uuid AS group_id, NULL::uuid AS child_group_id WHERE false`;
      const groups = sql`
        SELECT o.id AS group_id FROM groups o
        WHERE o.site_id = ${siteId} AND o.owner_connection_id = ${id} ${living} AND ${mode === 'remove'}`;
      return forecastSeats(transaction, siteId, rules, {
        people: sql`
          SELECT o.id AS user_id, false AS active FROM users o
          WHERE o.site_id = ${siteId} AND o.owner_connection_id = ${id} ${living}`,
        joins: nobody,
        leaves: nobody,
        nests: noGroup,
        unnests: noGroup,
        lostGroups: groups,
      });
    }
  });
}
