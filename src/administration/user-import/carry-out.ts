import { memberName } from '../../change/index.js';
import { type ImportedMembers, importMembers, importUsers } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { changeUserType } from '../../licensing/index.js';
import type { Administration } from '../administration.js';
import type { RowOutcome, RowProblem } from './import-row.js';
import type { PlannedRow } from './plan-rows.js';

/**
 * Makes and changes the users of some rows, then puts them into their groups. Each part that is refused is refused for
 * its row alone: where a licence has no seat for everybody, those get one who stand first.
 */
export async function carryOut(administration: Administration, rows: readonly PlannedRow[]): Promise<RowOutcome[]> {
  const { change, actor } = administration;
  const problems = new Map(rows.map(({ id, problems: known }) => [id, [...known]]));
  const note = (id: string, error: unknown) => problems.get(id)?.push(problemOf(error));
  const users = await change.runSplit(actor, {
    items: rows,
    command: (some) =>
      importUsers(
        actor,
        some.map(({ imported }) => imported),
      ),
    nameOf: ({ id }) => id,
    requestOf: ({ existing, id }) =>
      existing === undefined
        ? { action: 'user.create', objectType: 'User' }
        : { action: 'user.update', objectType: 'User', objectId: id },
  });
  const refused = new Set(users.refused.map(({ item }) => item.id));
  for (const { item, error } of users.refused) note(item.id, error);
  const outdated = new Set(users.results.flatMap((result) => result.outdated));
  for (const id of outdated) note(id, OUTDATED);
  const changed = new Set(users.results.flatMap((result) => result.changed));
  const done = rows.filter(({ id }) => !refused.has(id) && !outdated.has(id));

  for (const { id, type } of done) {
    if (type === undefined) continue;
    try {
      const request = { action: 'user.set-type', objectType: 'User', objectId: id } as const;
      await change.run(actor, request, () => changeUserType(actor, id, type));
      changed.add(id);
    } catch (error) {
      note(id, refusalOf(error));
    }
  }

  const members = await change.runSplit(actor, {
    items: done.flatMap(({ id, groupIds }) => groupIds.map((groupId) => ({ groupId, userId: id }))),
    command: (some) => importMembers(actor, byGroup(some)),
    nameOf: ({ groupId, userId }) => memberName(groupId, userId),
    requestOf: ({ groupId }) => ({ action: 'group.update', objectType: 'Group', objectId: groupId }),
  });
  const kept = new Set<string>();
  for (const { item, error } of members.refused) {
    note(item.userId, error);
    kept.add(memberName(item.groupId, item.userId));
  }
  const gone = new Set(members.results.flatMap((result) => result.outdated));
  for (const { id, groupIds } of done) if (groupIds.some((groupId) => gone.has(groupId))) note(id, GROUP_GONE);
  const joined = new Set(members.results.flatMap((result) => result.changed));

  return rows.map(({ line, userName, id, existing, groupIds }) => {
    const isRefused = refused.has(id) || outdated.has(id);
    const joins = groupIds.some((groupId) => joined.has(groupId) && !kept.has(memberName(groupId, id)));
    const outcome = isRefused
      ? 'refused'
      : existing === undefined
        ? 'created'
        : changed.has(id) || joins
          ? 'updated'
          : 'unchanged';
    return {
      ...{ line, userName, userId: isRefused && existing === undefined ? null : id, outcome },
      problems: problems.get(id) ?? [],
    };
  });
}

const OUTDATED = new RollcallError(
  'conflict',
  'import.outdated',
  'The user was changed meanwhile; import the row again.',
);
const GROUP_GONE = new RollcallError('conflict', 'import.outdated', 'A group was deleted meanwhile.');

/** @throws what is no refusal of what is asked for */
function refusalOf(error: unknown): RollcallError {
  if (error instanceof RollcallError && error.kind !== 'unavailable' && error.kind !== 'misconfigured') return error;
  throw error;
}

/** What runSplit refuses is data that the database does not take where it is no error of ours. */
function problemOf(error: unknown): RowProblem {
  if (error instanceof RollcallError) return { code: error.code, message: error.message };
  return { code: 'import.invalid-row', message: 'The database cannot keep a value of this row.' };
}

function byGroup(pairs: readonly { readonly groupId: string; readonly userId: string }[]): ImportedMembers[] {
  const groups = new Map<string, string[]>();
  for (const { groupId, userId } of pairs) {
    const members = groups.get(groupId);
    if (members === undefined) groups.set(groupId, [userId]);
    else members.push(userId);
  }
  return [...groups].map(([groupId, addUserIds]) => ({
    ...{ groupId, addUserIds, removeUserIds: [], addGroupIds: [], removeGroupIds: [] },
    reason: 'a row of an imported list',
  }));
}
