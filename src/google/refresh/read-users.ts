import { type GoogleUser, googleErrorClass } from '../client/index.js';
import { readPages, type StagedUser, stagedUser } from '../walk/index.js';
import type { HintedWalk } from './hinted-walk.js';

export interface UserKey {
  /** Google's id, or an address in lower case. */
  readonly key: string;
  /** Deleted ones of this address are wanted, whoever has it by now. */
  readonly deleted?: boolean;
}

export interface UserReader {
  /** Reads those that were not asked for yet. @returns how many that were */
  read(keys: readonly UserKey[]): Promise<number>;
}

/** Reads single users into the stage, with all their values. */
export function createUserReader(walk: HintedWalk): UserReader {
  const { client, stage, mapping, documents, workspace, signal, count } = walk;
  const tried = new Set<string>();
  let everybodyDeleted: readonly GoogleUser[] | undefined;

  const deletedUsers = async (): Promise<readonly GoogleUser[]> => {
    if (everybodyDeleted !== undefined) return everybodyDeleted;
    const all: GoogleUser[] = [];
    await readPages(
      'deleted users',
      (pageToken) => client.listUsers({ pageToken, deleted: true, signal }),
      async (users) => {
        all.push(...users);
        count('deletedUsers', users.length);
      },
    );
    everybodyDeleted = all;
    return all;
  };
  const isOurs = ({ primaryEmail, customerId }: GoogleUser) =>
    (workspace.domain === null || primaryEmail.toLowerCase().endsWith(`@${workspace.domain}`)) &&
    (customerId === undefined || !workspace.customer?.startsWith('C') || customerId === workspace.customer);
  const staged = (user: GoogleUser): StagedUser => stagedUser(user, mapping, documents, NOTHING_APPLIED);

  return {
    async read(keys) {
      const fresh = keys.filter(({ key, deleted = false }) => !tried.has(nameOf(key, deleted)));
      for (const { key, deleted = false } of fresh) tried.add(nameOf(key, deleted));
      const gone = new Set<string>();
      const rows: StagedUser[] = [];
      const readOne = async ({ key, deleted = false }: UserKey) => {
        const user = await unlessUnreadable(client.getUser(key, signal));
        if (user === undefined || deleted) gone.add(key);
        if (user !== undefined && isOurs(user)) rows.push(staged(user));
      };
      await Promise.all(fresh.map(readOne));
      count('users', rows.length);
      // Nobody is deleted because of what one answer lacks or forbids: those are in a list of their own.
      const deleted = gone.size === 0 ? [] : await deletedUsers();
      rows.push(
        ...deleted.filter((user) => gone.has(user.id) || gone.has(user.primaryEmail.toLowerCase())).map(staged),
      );
      await stage.users(rows);
      return fresh.length;
    },
  };
}

/** What was applied last saves a complete run the values of everybody; one user's are no matter. */
const NOTHING_APPLIED: ReadonlyMap<string, string> = new Map();

function nameOf(key: string, deleted: boolean): string {
  return deleted ? `deleted ${key}` : key;
}

/** An object that cannot be read is left as it is; the next complete run says what became of it. */
export async function unlessUnreadable<Found>(found: Promise<Found | undefined>): Promise<Found | undefined> {
  try {
    return await found;
  } catch (error) {
    if (googleErrorClass(error) === 'object') return undefined;
    throw error;
  }
}
