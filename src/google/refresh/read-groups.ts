import type { GoogleGroup } from '../client/index.js';
import { selectedBy, stagedGroup, walkMembers } from '../walk/index.js';
import type { HintedWalk } from './hinted-walk.js';
import { readKnownGroups } from './known-groups.js';
import { unlessUnreadable } from './read-users.js';

export interface GroupKey {
  /** Google's id, or an address in lower case. */
  readonly key: string;
  /** Its list of members as well. */
  readonly members?: boolean;
  /** It was found in the list of a group that is wanted. */
  readonly nested?: boolean;
}

export interface GroupReader {
  /** Reads those that were not asked for yet. @returns how many that were */
  read(keys: readonly GroupKey[]): Promise<number>;
}

/** Reads single groups into the stage, and the lists of those that are wanted. */
export function createGroupReader(walk: HintedWalk): GroupReader {
  const { client, stage, selection, documents, workspace, signal, count } = walk;
  const tried = new Set<string>();
  const listed = new Set<string>();
  const nests = selection.mode === 'all' || selection.nested;
  const isOurs = ({ email }: GoogleGroup) =>
    workspace.domain === null || email.toLowerCase().endsWith(`@${workspace.domain}`);

  return {
    async read(keys) {
      const fresh = keys.filter(({ key, members = false }) => !tried.has(nameOf(key, members)));
      for (const { key, members = false } of fresh) tried.add(key).add(nameOf(key, members));
      const found = await Promise.all(
        fresh.map(async (wanted) => ({ wanted, group: await unlessUnreadable(client.getGroup(wanted.key, signal)) })),
      );
      const groups = found.flatMap(({ wanted, group }) =>
        group !== undefined && isOurs(group) ? [{ wanted, group }] : [],
      );
      const known = await readKnownGroups(
        walk,
        groups.map(({ group }) => group.id),
      );
      const rows = groups.map(({ wanted, group }) => {
        const isNested = nests && (wanted.nested === true || known.get(group.id)?.nested === true);
        return stagedGroup(group, selectedBy(group, selection) ?? (isNested ? 'nested' : null), documents);
      });
      await stage.groups(rows);
      count('groups', rows.length);
      // Nobody hears of the members that a group had before it came to be wanted.
      const lists = groups
        .filter(({ wanted, group }, index) => {
          const isWanted = (rows[index]?.selected_by ?? null) !== null;
          return isWanted && (wanted.members === true || !known.has(group.id)) && !listed.has(group.id);
        })
        .map(({ group }) => group.id);
      for (const id of lists) listed.add(id);
      count('selectedGroups', lists.length);
      await walkMembers({
        ...{ client, stage, signal, applied: NOTHING_APPLIED, selected: [...new Set(lists)] },
        // What is within these is looked up by the next round, since only the directory knows what is there already.
        ...{ known: NO_GROUPS, nested: false, onRead: (members: number) => count('members', members) },
      });
      return fresh.length;
    },
  };
}

function nameOf(key: string, members: boolean): string {
  return members ? `members ${key}` : key;
}

const NOTHING_APPLIED: ReadonlyMap<string, string> = new Map();
const NO_GROUPS: ReadonlySet<string> = new Set();
