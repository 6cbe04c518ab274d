import { type Database, type Sql, sql } from '../../database/index.js';

export interface StagedRun {
  readonly database: Database;
  readonly siteId: number;
  readonly connectionId: string;
  readonly runId: string;
  /** How many of each at most. */
  readonly most: number;
}

/** Whom a plan about what is staged has to know as well. */
export interface Neighbours {
  /** Users by Google's id or by address. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** Groups within staged ones, by Google's id. */
  readonly nested: readonly string[];
  /** Groups whose lists may be others than here, by Google's id. */
  readonly lists: readonly string[];
}

/**
 * Finds who has names and addresses that staged users want, their managers, groups of the same name, and members that
 * nobody here is yet. A complete walk has all of them.
 */
export async function findNeighbours(run: StagedRun): Promise<Neighbours> {
  const keys = async (statement: Sql) => (await run.database.write<{ key: string }>(statement)).map(({ key }) => key);
  const [holders, managers, groups, users, nested, lists] = await Promise.all(
    [
      nameHolders(run),
      unknownManagers(run),
      namesakes(run),
      unknownMembers(run, 'User'),
      unknownMembers(run, 'Group'),
      groupsOfDeleted(run),
    ].map(keys),
  );
  return {
    users: [...(holders ?? []), ...(managers ?? []), ...(users ?? [])],
    groups: groups ?? [],
    nested: nested ?? [],
    lists: lists ?? [],
  };
}

/** Those whom the connection knows by a Google id that was not read: an account that lost the address, or is gone. */
function nameHolders({ siteId, connectionId, runId, most }: StagedRun): Sql {
  return sql`
    SELECT DISTINCT i.external_id AS key
    FROM google_staged_users s CROSS JOIN unnest(s.address_keys) AS a (key)
    CROSS JOIN LATERAL (
      SELECT u.id FROM users u WHERE u.site_id = ${siteId} AND u.user_name_key = a.key AND u.deleted_at IS NULL
      UNION SELECT e.user_id FROM user_emails e WHERE e.site_id = ${siteId} AND e.value_key = a.key) AS holder
    JOIN identities i ON i.site_id = ${siteId} AND i.object_id = holder.id AND i.connection_id = ${connectionId}
      AND i.object_type = 'User'
    WHERE s.site_id = ${siteId} AND s.run_id = ${runId} AND s.state <> 'deleted' AND i.external_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM google_staged_users read
        WHERE read.site_id = ${siteId} AND read.run_id = ${runId} AND read.google_id = i.external_id)
    LIMIT ${most}`;
}

function unknownManagers({ siteId, connectionId, runId, most }: StagedRun): Sql {
  return sql`
    SELECT DISTINCT s.manager_key AS key FROM google_staged_users s
    WHERE s.site_id = ${siteId} AND s.run_id = ${runId} AND s.manager_key IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM google_staged_users read
        WHERE read.site_id = ${siteId} AND read.run_id = ${runId} AND s.manager_key = ANY (read.address_keys))
      AND NOT EXISTS (SELECT 1 FROM users u
        JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id AND i.connection_id = ${connectionId}
        WHERE u.site_id = ${siteId} AND u.user_name_key = s.manager_key AND u.deleted_at IS NULL)
    LIMIT ${most}`;
}

/** Groups that have, or share with an address behind it, the name that a staged group has or had. */
function namesakes({ siteId, connectionId, runId, most }: StagedRun): Sql {
  return sql`
    SELECT DISTINCT i.external_id AS key
    FROM google_staged_groups s
    LEFT JOIN identities own ON own.site_id = ${siteId} AND own.connection_id = ${connectionId}
      AND own.object_type = 'Group' AND own.external_id = s.google_id
    LEFT JOIN groups before ON before.site_id = ${siteId} AND before.id = own.object_id
    CROSS JOIN LATERAL (VALUES (lower(s.display_name)), (before.display_name_key)) AS name (key)
    JOIN groups g ON g.site_id = ${siteId} AND g.deleted_at IS NULL
      -- In the order of bytes ")" is what follows "(".
      AND (g.display_name_key = name.key
        OR (g.display_name_key >= name.key || ' (' AND g.display_name_key < name.key || ' )'))
    JOIN identities i ON i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.object_type = 'Group'
      AND i.object_id = g.id
    WHERE s.site_id = ${siteId} AND s.run_id = ${runId} AND s.selected_by IS NOT NULL AND i.external_id IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM google_staged_groups read
        WHERE read.site_id = ${siteId} AND read.run_id = ${runId} AND read.google_id = i.external_id)
    LIMIT ${most}`;
}

/**
 * Groups of somebody who was deleted: Google ends the memberships without a word, and neither restoring the account nor
 * making it again brings them back.
 */
function groupsOfDeleted({ siteId, connectionId, runId, most }: StagedRun): Sql {
  return sql`
    SELECT DISTINCT g.external_id AS key
    FROM google_staged_users s
    JOIN identities i ON i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.object_type = 'User'
      AND i.external_id = s.google_id
    JOIN memberships m ON m.site_id = ${siteId} AND m.user_id = i.object_id AND m.owner_connection_id = ${connectionId}
    JOIN identities g ON g.site_id = ${siteId} AND g.connection_id = ${connectionId} AND g.object_type = 'Group'
      AND g.object_id = m.group_id
    WHERE s.site_id = ${siteId} AND s.run_id = ${runId} AND g.external_id IS NOT NULL
      AND (s.state = 'deleted' OR EXISTS (SELECT 1 FROM google_absences a
        WHERE a.site_id = ${siteId} AND a.connection_id = ${connectionId} AND a.kind = 'user' AND a.object_id = i.object_id)
        OR EXISTS (SELECT 1 FROM google_hints h
          WHERE h.site_id = ${siteId} AND h.connection_id = ${connectionId} AND h.run_id = ${runId}::uuid
            AND h.kind = 'deleted-user' AND h.key = ANY (s.address_keys)))
      AND NOT EXISTS (SELECT 1 FROM google_staged_groups read
        WHERE read.site_id = ${siteId} AND read.run_id = ${runId} AND read.google_id = g.external_id AND read.members_read)
    LIMIT ${most}`;
}

/** Members that are nobody here, or that the last complete run missed. */
function unknownMembers({ siteId, connectionId, runId, most }: StagedRun, objectType: 'User' | 'Group'): Sql {
  // A group that was read before it was known to be within a wanted one is read once more.
  const staged =
    objectType === 'User'
      ? sql`google_staged_users`
      : sql`(SELECT * FROM google_staged_groups WHERE selected_by IS NOT NULL)`;
  const isOfType = objectType === 'User' ? sql`m.type NOT IN ('CUSTOMER', 'GROUP')` : sql`m.type = 'GROUP'`;
  return sql`
    SELECT DISTINCT m.member_id AS key FROM google_staged_members m
    JOIN google_staged_groups g ON g.site_id = m.site_id AND g.run_id = m.run_id AND g.google_id = m.group_id
      AND g.selected_by IS NOT NULL
    WHERE m.site_id = ${siteId} AND m.run_id = ${runId} AND ${isOfType}
      AND NOT EXISTS (SELECT 1 FROM ${staged} read
        WHERE read.site_id = ${siteId} AND read.run_id = ${runId} AND read.google_id = m.member_id)
      AND NOT EXISTS (SELECT 1 FROM identities i
        LEFT JOIN google_absences a ON a.site_id = i.site_id AND a.connection_id = i.connection_id
          AND a.kind = ${objectType.toLowerCase()} AND a.object_id = i.object_id
        WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId} AND i.object_type = ${objectType}
          AND i.external_id = m.member_id AND a.object_id IS NULL)
    LIMIT ${most}`;
}
