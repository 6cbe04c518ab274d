import type { Exchange } from './exchange.ts';
import type { Budget, Operation } from './operations.ts';
import { any } from './read-operations.ts';
import type { World } from './world.ts';

const WALK: Budget = { kind: 'ratio', least: 0.4 };

/** Where each connection is in its walk; the walks go on from visit to visit. */
const places = new Map<string, string>();

/** A cursor to the last page, by base URL: it takes a whole walk to find. */
const lastPages = new Map<string, string>();

export const cursorOperations: readonly Operation[] = [
  walking('cursor-walk', 'walk by cursor, pages of 1000, 20 groups each', 'count=1000'),
  walking(
    'cursor-walk-without-groups',
    'walk by cursor, pages of 1000, excludedAttributes=groups',
    'count=1000&excludedAttributes=groups',
  ),
  walking('cursor-walk-sorted', 'walk by cursor, sorted by userName, pages of 1000', 'count=1000&sortBy=userName'),
  {
    name: 'cursor-ends',
    connections: 1,
    lines: [
      { label: 'first', title: 'cursor, 1 connection: first page of 100' },
      { label: 'last', title: 'cursor, 1 connection: last page of 100' },
    ],
    prepare: findLastPage,
    async server(exchange, world) {
      await page(exchange, world, 'count=100', '', 'first');
      await page(exchange, world, 'count=100', lastPages.get(world.serverUrl) ?? '', 'last');
    },
  },
];

function walking(name: string, title: string, query: string): Operation {
  return {
    name,
    lines: [{ label: 'server', title, budget: WALK }],
    async server(exchange, world, { client }) {
      const walk = `${name} ${client} ${world.serverUrl}`;
      const next = await page(exchange, world, query, places.get(walk) ?? '', 'server');
      if (next === undefined) places.delete(walk);
      else places.set(walk, next);
    },
    async ceiling(exchange, world) {
      const url = `${world.ceilingUrl}/large-page/${pageStart(world)}`;
      await exchange.send({ method: 'GET', url, expect: 200, label: 'ceiling' });
    },
  };
}

/** An id with a full page behind it, in almost every case: ids grow as users were made. */
function pageStart(world: World): string {
  return [any(world.users), any(world.users)].map(({ id }) => id).sort()[0] ?? '';
}

async function findLastPage(exchange: Exchange, world: World): Promise<void> {
  if (lastPages.has(world.serverUrl)) return;
  let cursor = '';
  for (let next: string | undefined = cursor; next !== undefined; ) {
    cursor = next;
    next = await page(exchange, world, 'count=100', cursor, undefined);
  }
  lastPages.set(world.serverUrl, cursor);
}

async function page(exchange: Exchange, world: World, query: string, cursor: string, label: string | undefined) {
  const url = `${world.serverUrl}/Users?${query}&cursor=${cursor}`;
  const contains = `"totalResults":${world.size}`;
  return (await exchange.send({ method: 'GET', url, expect: 200, label, contains })).nextCursor;
}
