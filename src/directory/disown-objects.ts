import { type Sql, sql } from '../database/index.js';
import type { Actor } from './actor.js';
import type { LockingCommand, NamedEffects } from './command.js';
import { externalIdChanges, removeIdentities } from './identities.js';
import { countDelta } from './object-counts.js';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly owned: boolean;
  readonly externalId: string | null;
}

/**
 * The acting connection lets users or groups go for good: what it owns of them, members of groups included, is local
 * afterwards, and what it called them is forgotten. Nobody gains or loses access. Each has an entry of its own in the
 * log.
 * @param reason one line for the log that says why
 */
export function disownObjects(
  actor: Actor,
  type: 'User' | 'Group',
  ids: readonly string[],
  reason: string,
): LockingCommand<number> {
  const { siteId } = actor;
  const connectionId = actor.connection?.id ?? null;
  const name = type === 'User' ? sql`o.user_name` : sql`o.display_name`;
  const table = type === 'User' ? sql`users` : sql`groups`;
  return {
    action: type === 'User' ? 'user.release' : 'group.release',
    objectType: type,
    structure: 'none',
    groupIds: type === 'Group' ? ids : [],
    userIds: type === 'User' ? ids : [],
    read: sql`
      SELECT o.id, ${name} AS name, o.owner_connection_id IS NOT DISTINCT FROM ${connectionId}::uuid AS owned,
        i.external_id AS "externalId"
      FROM ${table} o
      LEFT JOIN identities i ON i.site_id = o.site_id AND i.object_id = o.id AND i.connection_id = ${connectionId}::uuid
      WHERE o.site_id = ${siteId} AND o.id = ANY (${[...ids]}::uuid[])`,
    async run(_transaction, held) {
      const visible = type === 'User' ? held.userIds : held.groupIds;
      // The statement names these columns.
      const rows = (held.rows as readonly Row[]).filter(({ id }) => visible.has(id));
      const owned = rows.filter((row) => row.owned).map(({ id }) => id);
      return {
        result: rows.length,
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: [],
        objects: rows.map((row) => effectsOf(actor, type, row, reason)),
        affectedUserIds: [],
        writes: [
          ...(owned.length === 0 ? [] : disown(siteId, connectionId, type, owned)),
          ...removeIdentities(
            actor,
            rows.map(({ id }) => id),
          ),
        ],
      };
    },
  };
}

function effectsOf(actor: Actor, type: 'User' | 'Group', row: Row, reason: string): NamedEffects {
  return {
    action: type === 'User' ? 'user.release' : 'group.release',
    objectType: type,
    objectId: row.id,
    objectName: row.name,
    changed: [
      ...(row.owned ? [{ attribute: 'owner', old: actor.connection?.name, new: undefined }] : []),
      ...externalIdChanges(actor, row.externalId, null),
    ],
    subjects: [],
    decision: reason,
  };
}

/** Clients read the same of it as before: it has no new version. */
function disown(siteId: number, connectionId: string | null, type: 'User' | 'Group', ids: readonly string[]): Sql[] {
  const counts = [countDelta(siteId, type, connectionId, -ids.length), countDelta(siteId, type, null, ids.length)];
  const release = (table: Sql, column: Sql) => sql`
    UPDATE ${table} SET owner_connection_id = NULL
    WHERE site_id = ${siteId} AND ${column} = ANY (${[...ids]}::uuid[]) AND owner_connection_id = ${connectionId}::uuid`;
  if (type === 'User') return [release(sql`users`, sql`id`), ...counts];
  return [
    release(sql`groups`, sql`id`),
    release(sql`memberships`, sql`group_id`),
    release(sql`nestings`, sql`group_id`),
    ...counts,
  ];
}
