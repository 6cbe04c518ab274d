import { sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { externalIdChanges, removeIdentities } from '../identities.js';
import type { ImportOutcome, NamedObject } from './imported.js';
import { outcomeOf, requireDistinct } from './outcome.js';

/** A user or group that the acting connection lets go. */
export interface ReleasedObject extends NamedObject {
  readonly type: 'User' | 'Group';
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly externalId: string | null;
}

/**
 * Forgets what the acting connection calls users and groups; nothing else of them changes, whoever owns them. Each has
 * an entry of its own in the log.
 */
export function releaseIdentities(actor: Actor, objects: readonly ReleasedObject[]): LockingCommand<ImportOutcome> {
  requireDistinct(objects);
  const { siteId } = actor;
  const idsOf = (type: ReleasedObject['type']) => objects.filter((one) => one.type === type).map(({ id }) => id);
  const [groupIds, userIds] = [idsOf('Group'), idsOf('User')];
  const connectionId = actor.connection?.id ?? null;
  return {
    action: 'identity.release',
    objectType: 'User',
    structure: 'none',
    groupIds,
    userIds,
    read: sql`
      SELECT i.object_id AS id, i.external_id AS "externalId", coalesce(u.user_name, g.display_name) AS name
      FROM identities i
      LEFT JOIN users u ON u.site_id = i.site_id AND u.id = i.object_id
      LEFT JOIN groups g ON g.site_id = i.site_id AND g.id = i.object_id
      WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId}::uuid
        AND i.object_id = ANY (${[...groupIds, ...userIds]}::uuid[])`,
    async run(_transaction, held) {
      // The statement names these columns.
      const rows = new Map((held.rows as readonly Row[]).map((row) => [row.id, row]));
      const found = objects.map(({ id, type, reason }) => {
        const row = rows.get(id);
        if (!(type === 'User' ? held.userIds : held.groupIds).has(id)) return { kind: 'outdated' as const };
        return row === undefined ? { kind: 'unchanged' as const } : { kind: 'updated' as const, type, row, reason };
      });
      const released = found.flatMap((one) => (one.kind === 'updated' ? [one] : []));
      return {
        result: outcomeOf(objects, found),
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: [],
        objects: released.map(({ type, row, reason }) => ({
          action: type === 'User' ? 'user.release' : 'group.release',
          objectType: type,
          objectId: row.id,
          objectName: row.name,
          changed: externalIdChanges(actor, row.externalId, null),
          subjects: [],
          decision: reason,
        })),
        affectedUserIds: [],
        writes: removeIdentities(
          actor,
          released.map(({ row }) => row.id),
        ),
      };
    },
  };
}
