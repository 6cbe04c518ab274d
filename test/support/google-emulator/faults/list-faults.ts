import type { JsonObject } from '../state/json.ts';
import { meant, turns } from './counting.ts';
import type { FaultDefinition, FaultOptions, PageDraft } from './fault.ts';

const WHICH = ['times', 'after', 'method', 'key'] as const;

/** A list that is answered as if there were nothing in it. */
function empty(method: string): FaultDefinition {
  return {
    does: `${method} answers 200 without its items and without a next page, \`times\` (always).`,
    options: ['times', 'after'],
    start(options) {
      const turn = turns(options, 'always');
      return {
        page: (request, draft) =>
          request.api === method && turn() ? { ...draft, items: [], nextPageToken: undefined } : draft,
      };
    },
  };
}

/** Where a walk comes from one page to the next, with what the page before ended in. */
function acrossPages(
  does: string,
  change: (draft: PageDraft, before: readonly JsonObject[], count: number) => readonly JsonObject[],
): FaultDefinition {
  return {
    does,
    options: [...WHICH, 'count'],
    start(options) {
      const turn = turns(options, 1);
      const ends = new Map<string, readonly JsonObject[]>();
      return {
        page(request, draft) {
          if (request.walk === undefined || !meant(options, request, ['users.list'])) return draft;
          const before = ends.get(request.walk.id);
          ends.set(request.walk.id, draft.items);
          if (before === undefined || !turn()) return draft;
          return { ...draft, items: change(draft, before, options.count ?? 1) };
        },
      };
    },
  };
}

function lacks(flag: string, item: JsonObject): JsonObject {
  const { [flag]: _, ...rest } = item;
  return rest;
}

/** Faults in what a list holds and how its pages follow each other. */
export const listFaults = {
  'empty-users-200': empty('users.list'),
  'empty-groups-200': empty('groups.list'),
  'partial-groups-200': {
    does: 'groups.list ends after the first `keep` groups (a hundredth of them, 1 at least), without a next page.',
    options: ['times', 'after', 'keep'],
    start(options, { directory }) {
      const turn = turns(options, 'always');
      const keep = options.keep ?? Math.max(1, Math.floor(directory.groups.size / 100));
      return {
        page(request, draft) {
          if (request.api !== 'groups.list' || !turn()) return draft;
          const items = draft.items.filter(({ email }) => directory.groups.after(String(email)) <= keep);
          const cut = items.length < draft.items.length || directory.groups.after(String(items.at(-1)?.email)) === keep;
          return { ...draft, items, nextPageToken: cut ? undefined : draft.nextPageToken };
        },
      };
    },
  },
  'short-derived': {
    does: 'A list of members with includeDerivedMembership (with `direct` any list) lacks the last `count` (3) members of its last page; of `group` only where that is said.',
    options: ['times', 'after', 'group', 'count', 'direct'],
    start(options, { directory }) {
      const turn = turns(options, 'always');
      const group = options.group === undefined ? undefined : directory.requireGroup(options.group);
      return {
        page({ api, query, params: { groupKey = '' } }, draft) {
          const derived = query.get('includeDerivedMembership') === 'true';
          if (api !== 'members.list' || !(derived || options.direct) || draft.nextPageToken !== undefined) return draft;
          if ((group !== undefined && directory.group(groupKey) !== group) || !turn()) return draft;
          return { ...draft, items: draft.items.slice(0, Math.max(0, draft.items.length - (options.count ?? 3))) };
        },
      };
    },
  },
  'page-cycle': {
    does: 'From page 2 on, users.list (or `method`) names the page itself as the next one. Needs two pages.',
    options: WHICH,
    start(options) {
      const turn = turns(options, 'always');
      return {
        page(request, draft) {
          const token = request.query.get('pageToken');
          if (!token || !meant(options, request, ['users.list']) || !turn()) return draft;
          return { ...draft, nextPageToken: token };
        },
      };
    },
  },
  'page-empty-middle': {
    does: 'Before page `page` (2) of users.list (or `method`) comes one without items, but with a next page; nothing is lost.',
    options: [...WHICH, 'page'],
    start(options) {
      const turn = turns(options, 'always');
      const done = new Set<string>();
      return {
        page(request, draft) {
          const { walk } = request;
          if (walk?.page !== (options.page ?? 2) || done.has(walk.id)) return draft;
          if (!meant(options, request, ['users.list']) || !turn()) return draft;
          done.add(walk.id);
          return { ...draft, items: [], nextPageToken: request.tokenBehind(walk.after) };
        },
      };
    },
  },
  'dup-across-pages': acrossPages(
    'The last `count` (1) items of a page come again at the start of the next one, `times` (1): a user moved on while users.list (or `method`) was walked.',
    (draft, before, count) => [...before.slice(-count), ...draft.items],
  ),
  'skip-across-pages': acrossPages(
    'The first `count` (1) items of a page other than the first are left out, `times` (1): a user moved back while users.list (or `method`) was walked.',
    (draft, _before, count) => draft.items.slice(count),
  ),
  'missing-suspended-flag': {
    does: 'Users come without `suspended`, or without `archived` by `flag`; `user` alone where that is said.',
    options: ['times', 'after', 'flag', 'user'],
    start({ flag = 'suspended', ...options }, { directory }) {
      const turn = turns(options, 'always');
      const id = options.user === undefined ? undefined : directory.requireUser(options.user).id;
      const strip = (item: JsonObject) => (id === undefined || item.id === id ? lacks(flag, item) : item);
      return {
        page: (request, draft) =>
          request.api === 'users.list' && turn() ? { ...draft, items: draft.items.map(strip) } : draft,
        object: (request, object) => (request.api === 'users.get' && turn() ? strip(object) : object),
      };
    },
  },
  'no-emails': {
    does: '`user` (the first who is no administrator) comes without `emails`.',
    options: ['user'],
    start(options, { directory }) {
      const { id, primaryEmail } = somebody(options, directory.users.items);
      const strip = (item: JsonObject) => (item.id === id ? lacks('emails', item) : item);
      return {
        touched: { id, primaryEmail },
        page: (request, draft) => (request.api === 'users.list' ? { ...draft, items: draft.items.map(strip) } : draft),
        object: (request, object) => (request.api === 'users.get' ? strip(object) : object),
      };
    },
  },
  'login-time-flap': {
    does: 'lastLoginTime and etag of users are others in every answer.',
    options: [],
    start(_options, { directory }) {
      let answers = 0;
      const flap = (item: JsonObject): JsonObject => ({
        ...item,
        lastLoginTime: new Date(directory.clock.now() - answers * 61_000).toISOString(),
        etag: `"flap/${answers}"`,
      });
      return {
        page(request, draft) {
          if (request.api !== 'users.list') return draft;
          answers += 1;
          return { ...draft, items: draft.items.map(flap) };
        },
        object(request, object) {
          if (request.api !== 'users.get') return object;
          answers += 1;
          return flap(object);
        },
      };
    },
  },
} satisfies Record<string, FaultDefinition>;

interface Somebody {
  readonly id: string;
  readonly primaryEmail: string;
  readonly isAdmin: boolean;
  readonly suspended: boolean;
  readonly archived: boolean;
  readonly aliases: readonly string[];
}

/** The user that was named, or the first active one who is no administrator. @throws Error where there is none */
export function somebody<User extends Somebody>({ user: key }: FaultOptions, users: readonly User[]): User {
  const found = users.find((user) =>
    key === undefined
      ? !user.isAdmin && !user.suspended && !user.archived
      : user.id === key || user.primaryEmail === key.toLowerCase() || user.aliases.includes(key.toLowerCase()),
  );
  if (found === undefined) throw new Error(key === undefined ? 'there is no active user' : `no user ${key}`);
  return found;
}
