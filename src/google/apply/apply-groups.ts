import { sql } from '../../database/index.js';
import { type Actor, comparisonKey, type ImportedGroup, importGroups, restoreGroup } from '../../directory/index.js';
import type { ApplyDependencies } from './apply-users.js';
import { markOutcome, markRefused, noting, restoreFirst } from './noting.js';
import { type Applying, itemColumns, type PlanItem, plannedItems } from './plan-item.js';

const GROUPS_TOGETHER = 500;

interface GroupItem extends PlanItem {
  readonly data: { readonly displayName: string };
  readonly writeAs: ImportedGroup['as'] | null;
}

/** Applies the next groups of a phase. @returns how many items were looked at; 0 when the phase is done */
export async function applyGroups(
  { database, change }: ApplyDependencies,
  actor: Actor,
  applying: Applying,
  phase: number,
): Promise<number> {
  const items = await database.write<GroupItem>(sql`
    SELECT ${itemColumns}, i.data, m.write_as AS "writeAs"
    FROM google_plan_items i
    LEFT JOIN google_matches m ON m.site_id = i.site_id AND m.run_id = i.run_id AND m.object_type = 'Group'
      AND m.google_id = i.google_id
    WHERE ${plannedItems(applying, phase)} AND i.kind = 'group' AND i.action NOT IN ('delete', 'release')
    ORDER BY i.sequence LIMIT ${GROUPS_TOGETHER}`);
  if (items.length === 0) return 0;
  const going = await restoreFirst(database, applying, items, ({ objectId }) => {
    const request = { action: 'group.restore', objectType: 'Group', objectId } as const;
    return change.run(actor, request, () => restoreGroup(actor, objectId));
  });
  const outcome = await change.runSplit(actor, {
    items: going,
    nameOf: ({ objectId }) => objectId,
    requestOf: ({ action, objectId }) => ({
      action: action === 'create' ? 'group.create' : 'group.update',
      objectType: 'Group',
      objectId: action === 'create' ? undefined : objectId,
    }),
    command: (some) =>
      noting(importGroups(actor, some.map(importedGroup)), (result) => markOutcome(applying, some, result)),
  });
  for (const { item, error } of outcome.refused) await markRefused(database, applying, item.sequence, error);
  return items.length;
}

function importedGroup({ objectId, googleId, reason, data: { displayName }, writeAs }: GroupItem): ImportedGroup {
  return {
    id: objectId,
    as: writeAs ?? 'own',
    externalId: googleId,
    reason,
    displayName,
    document: { displayName },
    folded: { displayName: comparisonKey(displayName) },
    cleared: [],
  };
}
