import type { Budget, Operation, Turn, Visit } from './operations.ts';
import type { SampleUser, World } from './world.ts';

const LOOKUP: Budget = { kind: 'ratio', least: 0.7 };
const PAGE: Budget = { kind: 'ratio', least: 0.6 };

const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Pages that are walked at the end of the directory; the first of them is a cold jump. */
const WALKED_PAGES = 10;

export const readOperations: readonly Operation[] = [
  {
    name: 'get',
    lines: [{ label: 'server', title: 'GET by id, 20 groups rendered', budget: LOOKUP }],
    server: (exchange, world) => {
      const { id } = any(world.users);
      return got(exchange, `${world.serverUrl}/Users/${id}`, 'server', '"type":"indirect"');
    },
    ceiling: (exchange, world) => got(exchange, `${world.ceilingUrl}/id/${any(world.users).id}`, 'ceiling'),
  },
  {
    name: 'get-managed',
    lines: [{ label: 'server', title: 'GET by id, user with a manager', budget: LOOKUP }],
    server: (exchange, world) => {
      const { id } = any(world.managedUsers);
      return got(exchange, `${world.serverUrl}/Users/${id}`, 'server', '"manager":{"value"');
    },
    ceiling: (exchange, world) => got(exchange, `${world.ceilingUrl}/id/${any(world.managedUsers).id}`, 'ceiling'),
  },
  lookup('user-name', 'userName eq', 'name', (user) => [`userName eq "${user.userName}"`, user.userName]),
  lookup('external-id', 'externalId eq', 'external', (user) => [`externalId eq "${user.externalId}"`, user.externalId]),
  lookup('email', 'emails[type eq "work"].value eq', 'email', (user) => [
    `emails[type eq "work"].value eq "${user.email}"`,
    user.email,
  ]),
  {
    name: 'access',
    lines: [{ label: 'server', title: 'what an application asks about a person' }],
    server: async (exchange, world) => {
      const url = `${world.apiUrl}/users/${encodeURIComponent(any(world.users).userName)}/access`;
      const { applicationToken: token } = world;
      await exchange.send({ method: 'GET', url, token, expect: 200, label: 'server', contains: '"reason":' });
    },
    ceiling: (exchange, world) =>
      got(exchange, `${world.ceilingUrl}/access/${encodeURIComponent(any(world.users).userName)}`, 'ceiling'),
  },
  page('page', 'page of 100, 20 groups each', ''),
  page('page-without-groups', 'page of 100, excludedAttributes=groups', '&excludedAttributes=groups'),
  {
    name: 'page-walk',
    connections: 1,
    lines: [
      { label: 'first', title: 'walk, 1 connection: first page' },
      { label: 'last', title: 'walk, 1 connection: last page, by anchor' },
      { label: 'cold', title: 'walk, 1 connection: cold jump to the end' },
    ],
    server: walk,
  },
];

function lookup(name: string, title: string, path: string, by: (user: SampleUser) => [string, string]): Operation {
  return {
    name,
    lines: [{ label: 'server', title, budget: LOOKUP }],
    server: (exchange, world) => {
      const [filter] = by(any(world.users));
      const url = `${world.serverUrl}/Users?filter=${encodeURIComponent(filter)}`;
      return got(exchange, url, 'server', '"totalResults":1');
    },
    ceiling: (exchange, world) => {
      const [, key] = by(any(world.users));
      return got(exchange, `${world.ceilingUrl}/${path}/${encodeURIComponent(key)}`, 'ceiling');
    },
  };
}

function page(name: string, title: string, query: string): Operation {
  return {
    name,
    lines: [{ label: 'server', title, budget: PAGE }],
    server: (exchange, world) =>
      got(
        exchange,
        `${world.serverUrl}/Users?startIndex=1&count=100${query}`,
        'server',
        `"totalResults":${world.size}`,
      ),
    ceiling: (exchange, world) => got(exchange, `${world.ceilingUrl}/page/${FIRST_ID}`, 'ceiling'),
  };
}

/** Starts where no walk has been, so that only an offset tells the way; then goes on page by page to the end. */
async function walk(exchange: Parameters<Visit>[0], world: World, { turn }: Turn): Promise<void> {
  const at = (startIndex: number) => `${world.serverUrl}/Users?startIndex=${startIndex}&count=100`;
  await got(exchange, at(1), 'first');
  const start = Math.max(2, world.size - WALKED_PAGES * 100 - (turn % 97));
  await got(exchange, at(start), 'cold');
  for (let pages = 1; pages < WALKED_PAGES; pages += 1) {
    await got(exchange, at(start + pages * 100), pages === WALKED_PAGES - 1 ? 'last' : undefined);
  }
}

async function got(exchange: Parameters<Visit>[0], url: string, label: string | undefined, contains?: string) {
  await exchange.send({ method: 'GET', url, expect: 200, label, contains });
}

export function any<Value>(values: readonly Value[]): Value {
  const value = values[Math.floor(Math.random() * values.length)];
  if (value === undefined) throw new Error('The directory is too small for this operation');
  return value;
}
