import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { fillUsers } from '../support/fill-users.js';
import { type Client, resourcesOf, unique } from './support/client.ts';
import { expectOk, type Stage, startStage } from './support/stage.ts';
import type { Query } from './support/walk.ts';

const USERS = 20_000;
const WRITES = 50;

let stage: Stage;
let client: Client;
let present: Set<string>;
beforeAll(async () => {
  stage = await startStage();
  // Users that nobody owns are deleted by who may adopt them.
  client = await stage.connect({ adopt: true });
  present = new Set(await fillUsers(stage.server.database, stage.server.siteId, USERS));
  for (let made = 0; made < 20; made++) await client.group({ displayName: unique('walked') });
}, 120_000);
afterAll(() => stage.close());

/** Spread over the whole list, before and behind wherever the walk is, and never twice. */
function chooseDeleted(round: number): string[] {
  const ids = [...present];
  return Array.from({ length: WRITES }, (_, index) => ids[(index * 397 + round * 131) % ids.length] ?? '');
}

it.each<[string, string, Query]>([
  ['users as they come', '/Users', { count: 100 }],
  ['users by userName', '/Users', { sortBy: 'userName', count: 500 }],
  [
    'users by title, of which there are few, backwards',
    '/Users',
    { sortBy: 'title', sortOrder: 'descending', count: 500 },
  ],
  ['users that meet a filter', '/Users', { filter: 'userName pr', count: 500 }],
  ['everything as it comes', '/', { count: 500 }],
  ['everything by displayName', '/', { sortBy: 'displayName', count: 500 }],
])(
  'CUR-23: a walk of 20,000 %s loses and repeats nothing beside 50 deletes and 50 creates',
  async (_what, path, query) => {
    const deleted = chooseDeleted(present.size);
    const created: string[] = [];
    const writes: Promise<void>[] = [];
    const write = async (id: string) => {
      expectOk(await client.delete(`/Users/${id}`), 204);
      created.push((await client.user({ displayName: unique('new'), title: 'title7' })).id);
    };
    const seen: string[] = [];
    const pages = Math.ceil(present.size / Number(query.count));
    for (let cursor: unknown = '', page = 0; cursor !== undefined; page++) {
      const answer = expectOk(await client.get(path, { ...query, attributes: 'userName', cursor: String(cursor) }));
      seen.push(...resourcesOf(answer).map(({ id }) => id));
      cursor = answer.body.nextCursor;
      // They run while the next pages are read.
      const due = Math.ceil(((page + 1) * WRITES) / pages);
      for (const id of deleted.slice(writes.length, due)) writes.push(write(id));
    }
    await Promise.all(writes);
    expect(writes).toHaveLength(WRITES);
    expect(new Set(created).size).toBe(WRITES);

    expect(seen).toHaveLength(new Set(seen).size);
    for (const id of deleted) present.delete(id);
    const unseen = new Set(present);
    for (const id of seen) unseen.delete(id);
    expect([...unseen]).toEqual([]);
    for (const id of created) present.add(id);
  },
  120_000,
);

it('CUR-23: the same walk by startIndex does lose some, which is why cursors are there', async () => {
  const deleted = chooseDeleted(7).slice(0, 10).sort();
  const seen = new Set<string>();
  for (let startIndex = 1; startIndex <= present.size; startIndex += 1000) {
    // By name, so that no place in the list is remembered from page to page.
    const query = { attributes: 'id', sortBy: 'id', count: 1000, startIndex };
    for (const { id } of resourcesOf(expectOk(await client.get('/Users', query)))) seen.add(id);
    if (startIndex === 9001) for (const id of deleted) expectOk(await client.delete(`/Users/${id}`), 204);
  }
  for (const id of deleted) present.delete(id);
  const lost = [...present].filter((id) => !seen.has(id));
  expect(lost.length).toBeGreaterThan(0);
}, 120_000);
