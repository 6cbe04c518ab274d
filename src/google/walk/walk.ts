import type { GoogleClient, GoogleGroup } from '../client/index.js';
import type { GoogleSettings } from '../connections/index.js';
import type { Mapping } from '../mapping/index.js';
import { allOrNone } from './all-or-none.js';
import { readPages } from './read-pages.js';
import { selectedBy } from './select-groups.js';
import type { Stage } from './stage.js';
import { stagedGroup } from './staged-group.js';
import { type Documents, stagedUser } from './staged-user.js';
import { walkMembers } from './walk-members.js';

export interface WalkCounts {
  readonly users: number;
  readonly deletedUsers: number;
  readonly groups: number;
  readonly selectedGroups: number;
  readonly members: number;
}

export interface WalkOutcome extends WalkCounts {
  readonly failedGroups: number;
}

export interface Walk {
  readonly client: GoogleClient;
  readonly stage: Stage;
  readonly selection: GoogleSettings['selection'];
  readonly mapping: Mapping;
  readonly documents: Documents;
  /** See appliedHashes. */
  readonly applied: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Called often; what was read so far. */
  readonly onProgress: (counts: WalkCounts) => void;
}

/**
 * Reads users, deleted users, groups and members into the stage: users beside everything else, since their pages are a
 * chain of their own. The first error ends all of it.
 * @throws RollcallError `google.*`
 */
export async function walk({
  client,
  stage,
  selection,
  mapping,
  documents,
  applied,
  signal,
  onProgress,
}: Walk): Promise<WalkOutcome> {
  const counts = { users: 0, deletedUsers: 0, groups: 0, selectedGroups: 0, members: 0 };
  const failing = new AbortController();
  const together = AbortSignal.any([signal, failing.signal]);
  const count = (name: keyof WalkCounts, more: number) => {
    counts[name] += more;
    onProgress(counts);
  };
  const users = (deleted: boolean) =>
    readPages(
      deleted ? 'deleted users' : 'users',
      (pageToken) => client.listUsers({ pageToken, deleted, signal: together }),
      async (page) => {
        await stage.users(page.map((user) => stagedUser(user, mapping, documents, applied)));
        count(deleted ? 'deletedUsers' : 'users', page.length);
      },
    );
  const groupsAndMembers = async () => {
    const known = new Set<string>();
    const selected: string[] = [];
    const take = async (page: readonly GoogleGroup[]) => {
      const rows = page.map((group) => stagedGroup(group, selectedBy(group, selection), documents));
      await stage.groups(rows);
      for (const { google_id, selected_by } of rows) {
        if (selected_by !== null && !known.has(google_id)) selected.push(google_id);
        known.add(google_id);
      }
      count('groups', page.length);
    };
    await readPages('groups', (pageToken) => client.listGroups({ pageToken, signal: together }), take);
    const onRead = (members: number) => count('members', members);
    const nested = selection.mode === 'all' || selection.nested;
    const outcome = await walkMembers({ client, stage, applied, signal: together, selected, known, nested, onRead });
    count('selectedGroups', selected.length + outcome.nestedGroups);
    return outcome.failedGroups;
  };
  // Deleted ones after the others: who was restored meanwhile is in both lists, and lives.
  const everybody = async () => {
    await users(false);
    await users(true);
  };
  const [failedGroups] = await allOrNone([groupsAndMembers(), everybody()], failing);
  return { ...counts, failedGroups };
}
