import type { Hint } from './hint.js';
import type { HintedWalk } from './hinted-walk.js';
import { findNeighbours } from './neighbours.js';
import { createGroupReader } from './read-groups.js';
import { createUserReader } from './read-users.js';

/** Groups within groups, and names that move round in a circle, are found one step at a time. */
const MOST_ROUNDS = 20;

/**
 * Reads exactly what hints name into the stage, and whom a plan about that has to know as well. What cannot be read is
 * left to the next complete run.
 * @throws RollcallError `google.*`, but for errors of one object alone
 */
export async function walkHinted(walk: HintedWalk, hints: readonly Hint[]): Promise<void> {
  const users = createUserReader(walk);
  const groups = createGroupReader(walk);
  const keysOf = (kind: Hint['kind']) => hints.filter((hint) => hint.kind === kind).map(({ key }) => ({ key }));
  let left = walk.most;
  await groups.read([...keysOf('members').map(({ key }) => ({ key, members: true })), ...keysOf('group')]);
  await users.read([...keysOf('user'), ...keysOf('deleted-user').map(({ key }) => ({ key, deleted: true }))]);
  for (let round = 0; round < MOST_ROUNDS && left > 0; round++) {
    const beside = await findNeighbours(walk);
    const within = beside.nested.map((key) => ({ key, nested: true, members: true }));
    const lists = beside.lists.map((key) => ({ key, members: true }));
    const few = <Key>(keys: readonly Key[]) => keys.slice(0, left);
    const readGroups = await groups.read(few([...within, ...lists, ...beside.groups.map((key) => ({ key }))]));
    const readUsers = await users.read(few(beside.users.map((key) => ({ key }))));
    if (readGroups + readUsers === 0) return;
    left -= readGroups + readUsers;
  }
}
