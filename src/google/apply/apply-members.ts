import { memberName } from '../../change/index.js';
import { type Sql, sql } from '../../database/index.js';
import { type Actor, type ImportedMembers, importMembers } from '../../directory/index.js';
import type { ApplyDependencies } from './apply-users.js';
import { noting, refusal } from './noting.js';
import { type Applying, itemColumns, markItems, type PlanItem, plannedItems } from './plan-item.js';

/** Rows of memberships in one transaction: more are no quicker, and take memory for their entries in the log. */
const MEMBERS_TOGETHER = 10_000;
const GROUPS_TOGETHER = 500;
const REFUSED_SHOWN = 100;

interface MembersItem extends PlanItem {
  readonly data: {
    readonly users: readonly string[];
    readonly groups: readonly string[];
    /** The hash of the list that the members are those of when the item is applied. */
    readonly list?: string;
  };
}

/** One member of one group who comes or goes. */
interface Move {
  readonly item: MembersItem;
  readonly kind: 'users' | 'groups';
  readonly memberId: string;
}

/** Applies the next members of a phase. @returns how many items were looked at; 0 when the phase is done */
export async function applyMembers(
  dependencies: ApplyDependencies,
  actor: Actor,
  applying: Applying,
  phase: number,
): Promise<number> {
  const items = await dependencies.database.write<MembersItem>(sql`
    SELECT ${itemColumns}, i.data FROM (
      SELECT i.*, sum(jsonb_array_length(i.data->'users') + jsonb_array_length(i.data->'groups'))
        OVER (ORDER BY i.sequence) AS members
      FROM (SELECT * FROM google_plan_items i WHERE ${plannedItems(applying, phase)} AND i.kind = 'members'
        ORDER BY i.sequence LIMIT ${GROUPS_TOGETHER}) AS i
    ) AS i
    -- The first one in any case, however many members it has.
    WHERE i.members <= ${MEMBERS_TOGETHER}
      OR i.members <= jsonb_array_length(i.data->'users') + jsonb_array_length(i.data->'groups')
    ORDER BY i.sequence`);
  if (items.length === 0) return 0;
  const moves = items.flatMap((item) =>
    (['groups', 'users'] as const).flatMap((kind) =>
      item.data[kind].map((memberId): Move => ({ item, kind, memberId })),
    ),
  );
  const refused = new Map<MembersItem, { memberId: string; error: unknown }[]>();
  for (let from = 0; from < moves.length; from += MEMBERS_TOGETHER) {
    const some = moves.slice(from, from + MEMBERS_TOGETHER);
    const isLast = from + MEMBERS_TOGETHER >= moves.length;
    for (const one of await applyMoves(dependencies, actor, applying, some, isLast ? items : [])) {
      refused.set(one.item.item, [
        ...(refused.get(one.item.item) ?? []),
        { memberId: one.item.memberId, error: one.error },
      ]);
    }
  }
  for (const [item, members] of refused) await markRefusedMembers(dependencies, applying, item, members);
  return items.length;
}

/** @param done items that are applied with these moves */
async function applyMoves(
  { change }: ApplyDependencies,
  actor: Actor,
  applying: Applying,
  moves: readonly Move[],
  done: readonly MembersItem[],
) {
  const outcome = await change.runSplit(actor, {
    items: moves,
    nameOf: ({ item, memberId }) => memberName(item.objectId, memberId),
    requestOf: ({ item }) => ({ action: 'group.update', objectType: 'Group', objectId: item.objectId }),
    command: (some) =>
      noting(importMembers(actor, changesOf(some)), ({ changed, outdated, refused, passedOver }) => {
        const stopped = new Set([...outdated, ...refused]);
        const incomplete = new Set(passedOver.map(({ groupId }) => groupId));
        const fine = done.filter(({ objectId }) => !stopped.has(objectId));
        const not = done.filter(({ objectId }) => stopped.has(objectId));
        return [
          ...markItems(applying, sequencesOf(fine), 'applied'),
          ...markItems(applying, sequencesOf(not), 'outdated', OUTDATED),
          ...rememberLists(
            applying,
            fine.filter(({ objectId }) => !incomplete.has(objectId)),
            new Set(changed),
          ),
        ];
      }),
  });
  return outcome.refused;
}

const OUTDATED = { code: 'google.outdated', text: 'The group is not there, protected, or of another owner by now.' };

function changesOf(moves: readonly Move[]): ImportedMembers[] {
  const changes = new Map<string, { reason: string; adds: boolean; users: string[]; groups: string[] }>();
  for (const { item, kind, memberId } of moves) {
    const change = changes.get(item.objectId) ?? {
      reason: item.reason,
      adds: item.action === 'add',
      users: [],
      groups: [],
    };
    change[kind].push(memberId);
    changes.set(item.objectId, change);
  }
  return [...changes].map(([groupId, { reason, adds, users, groups }]) => ({
    groupId,
    reason,
    addUserIds: adds ? users : [],
    addGroupIds: adds ? groups : [],
    removeUserIds: adds ? [] : users,
    removeGroupIds: adds ? [] : groups,
  }));
}

function sequencesOf(items: readonly MembersItem[]): number[] {
  return items.map(({ sequence }) => sequence);
}

async function markRefusedMembers(
  { database }: ApplyDependencies,
  applying: Applying,
  { sequence, objectId, data }: MembersItem,
  members: readonly { readonly memberId: string; readonly error: unknown }[],
): Promise<void> {
  const { state, code, text } = refusal(members[0]?.error);
  const of = data.users.length + data.groups.length;
  const why = { code, text: `${members.length} of ${of} members: ${text}` };
  for (const mark of markItems(applying, [sequence], state, why)) await database.write(mark);
  await database.write(sql`
    DELETE FROM google_applied WHERE site_id = ${applying.siteId} AND connection_id = ${applying.connectionId}
      AND object_id = ${objectId}`);
  const shown = JSON.stringify({ refused: members.slice(0, REFUSED_SHOWN).map(({ memberId }) => memberId) });
  await database.write(sql`
    UPDATE google_plan_items SET data = data || ${shown}::jsonb
    WHERE site_id = ${applying.siteId} AND run_id = ${applying.runId} AND sequence = ${sequence}`);
}

/** The members are those of the list as of the version that this change gives the group. */
function rememberLists(
  { siteId, connectionId }: Applying,
  items: readonly MembersItem[],
  changed: ReadonlySet<string>,
): Sql[] {
  const lists = items.flatMap(({ objectId, data: { list } }) =>
    list === undefined ? [] : [{ object_id: objectId, hash: list, raised: changed.has(objectId) ? 1 : 0 }],
  );
  if (lists.length === 0) return [];
  return [
    sql`
      INSERT INTO google_applied (site_id, connection_id, object_id, hash, version)
      SELECT ${siteId}, ${connectionId}::uuid, g.id, list.hash, g.version + list.raised
      FROM json_to_recordset(${JSON.stringify(lists)}::json) AS list (object_id uuid, hash text, raised integer)
      JOIN groups g ON g.site_id = ${siteId} AND g.id = list.object_id
      ON CONFLICT (site_id, connection_id, object_id) DO UPDATE SET hash = excluded.hash, version = excluded.version`,
  ];
}
