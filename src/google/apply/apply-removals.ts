import { sql } from '../../database/index.js';
import { type Actor, releaseIdentities, removeGroups, removeUsers } from '../../directory/index.js';
import type { ApplyDependencies } from './apply-users.js';
import { markOutcome, noting } from './noting.js';
import { type Applying, itemColumns, type PlanItem, plannedItems } from './plan-item.js';

const TOGETHER = 500;

interface RemovalItem extends PlanItem {
  readonly kind: 'user' | 'group';
}

/** Deletes the next users and groups of a phase, or lets them go. @returns how many items were looked at */
export async function applyRemovals(
  { database, change }: ApplyDependencies,
  actor: Actor,
  applying: Applying,
  phase: number,
): Promise<number> {
  const items = await database.write<RemovalItem>(sql`
    SELECT ${itemColumns}, i.kind FROM google_plan_items i
    WHERE ${plannedItems(applying, phase)} AND i.action IN ('delete', 'release') AND i.kind IN ('user', 'group')
    ORDER BY i.sequence LIMIT ${TOGETHER}`);
  const objects = (some: readonly RemovalItem[]) => some.map(({ objectId: id, reason }) => ({ id, reason }));
  for (const kind of ['user', 'group'] as const) {
    const objectType = kind === 'user' ? 'User' : 'Group';
    const deleted = items.filter((item) => item.kind === kind && item.action === 'delete');
    const released = items.filter((item) => item.kind === kind && item.action === 'release');
    if (deleted.length > 0) {
      const remove = kind === 'user' ? removeUsers : removeGroups;
      await change.run(actor, { action: `${kind}.delete`, objectType }, () =>
        noting(remove(actor, objects(deleted)), (result) => [
          ...markOutcome(applying, deleted, result),
          noteRemoved(applying, kind, result.changed),
        ]),
      );
    }
    if (released.length > 0) {
      const identities = objects(released).map((object) => ({ ...object, type: objectType }) as const);
      await change.run(actor, { action: 'identity.release', objectType }, () =>
        noting(releaseIdentities(actor, identities), (result) => markOutcome(applying, released, result)),
      );
    }
  }
  return items.length;
}

/** So that who is there again is known to have been deleted by the sync and not by an administrator. */
function noteRemoved({ siteId, connectionId }: Applying, kind: 'user' | 'group', ids: readonly string[]) {
  return sql`
    INSERT INTO google_absences (site_id, connection_id, kind, object_id, member_id, reason, since, runs, removed_at)
    SELECT ${siteId}, ${connectionId}::uuid, ${kind}, id, id, 'absent', now(), 1, now() FROM unnest(${[...ids]}::uuid[]) AS gone (id)
    ON CONFLICT (site_id, connection_id, kind, object_id, member_id) DO UPDATE SET removed_at = now()`;
}
