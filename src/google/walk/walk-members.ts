import { RollcallError } from '../../errors/index.js';
import type { GoogleClient, GoogleMember } from '../client/index.js';
import { allOrNone } from './all-or-none.js';
import { readPages } from './read-pages.js';
import type { ReadList, Stage, StagedMember } from './stage.js';
import { hashOf } from './staged-user.js';

/** Lists are short and many: rows of this many go to the database together. */
const ROWS_TOGETHER = 2000;

/** Lists read side by side; the client's gate is the true bound. */
const READERS = 32;

export interface MemberWalk {
  readonly client: GoogleClient;
  readonly stage: Stage;
  /** See appliedHashes. */
  readonly applied: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** Those whose members are wanted from the start. */
  readonly selected: readonly string[];
  /** All groups of the account: a member that is a group, but none of these, belongs to others. */
  readonly known: ReadonlySet<string>;
  /** Whether groups within wanted groups are wanted. */
  readonly nested: boolean;
  readonly onRead: (members: number) => void;
}

/** What became of it. */
export interface MemberWalkOutcome {
  /** Groups that came to be wanted because they are within others. */
  readonly nestedGroups: number;
  readonly failedGroups: number;
}

/**
 * Reads the direct members of every wanted group, each list once, however many groups a group is in.
 * @throws what the client throws, but for errors of one group alone: that one is marked as not read
 */
export async function walkMembers(walk: MemberWalk): Promise<MemberWalkOutcome> {
  const { client, stage, applied, selected, known, nested, onRead } = walk;
  const failing = new AbortController();
  const signal = AbortSignal.any([walk.signal, failing.signal]);
  const queue = [...selected];
  const queued = new Set(queue);
  const lists: ReadList[] = [];
  let rows: StagedMember[] = [];
  let working = 0;

  const flush = async (least: number): Promise<void> => {
    if (rows.length < least) return;
    const full = rows;
    rows = [];
    await stage.members(full);
  };
  const follow = ({ id, type }: GoogleMember) => {
    if (type !== 'GROUP' || !nested || queued.has(id) || !known.has(id)) return;
    queued.add(id);
    queue.push(id);
  };
  const readOne = async (groupId: string): Promise<void> => {
    const found = new Map<string, StagedMember>();
    try {
      await readPages(
        'members',
        (pageToken) => client.listMembers(groupId, { pageToken, signal }),
        async (members) => {
          onRead(members.length);
          members.forEach(follow);
          for (const { id, type, email } of members) {
            found.set(id, { group_id: groupId, member_id: id, type, email: email ?? null });
          }
        },
      );
    } catch (error) {
      if (!(error instanceof RollcallError) || error.details.class !== 'object') throw error;
      lists.push({ google_id: groupId, hash: null, same: false, problem: error.message });
      return;
    }
    const hash = hashOf([...found.values()].map(({ member_id, type }) => `${member_id} ${type}`).sort());
    const same = applied.get(groupId) === hash;
    lists.push({ google_id: groupId, hash, same, problem: null });
    if (same) return;
    for (const row of found.values()) rows.push(row);
    await flush(ROWS_TOGETHER);
  };
  const reader = async (): Promise<void> => {
    // Who is still reading may find more groups.
    while (queue.length > 0 || working > 0) {
      const groupId = queue.shift();
      if (groupId === undefined) {
        await pause();
        signal.throwIfAborted();
        continue;
      }
      working += 1;
      try {
        await readOne(groupId);
      } finally {
        working -= 1;
      }
    }
  };
  await allOrNone(Array.from({ length: READERS }, reader), failing);
  await flush(1);
  const nestedGroups = [...queued].slice(selected.length);
  await stage.nested(nestedGroups);
  await stage.lists(lists);
  return {
    nestedGroups: nestedGroups.length,
    failedGroups: lists.filter(({ problem }) => problem !== null).length,
  };
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10));
}
