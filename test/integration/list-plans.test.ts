import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { fillUsers } from '../support/fill-users.js';
import { type ScimServer, startScimServer } from '../support/scim-server.js';

const USERS = 20_000;

let server: ScimServer;
beforeAll(async () => {
  server = await startScimServer();
  await fillUsers(server.database, server.siteId, USERS);
}, 60_000);
afterAll(() => server.close());

const rowsRead = async () => {
  await server.database.write(sql`SELECT pg_stat_force_next_flush()`);
  const [counted] = await server.database.write<{ rows: number }>(sql`
    SELECT seq_tup_read + idx_tup_fetch AS rows FROM pg_stat_user_tables WHERE relname = 'users'`);
  return counted?.rows ?? 0;
};

/** Statistics are handed over by each of the pool's connections when it becomes idle, after a moment at most. */
async function settled(): Promise<number> {
  for (let before = await rowsRead(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const now = await rowsRead();
    if (now === before) return now;
    before = now;
  }
}

it.each(['', '&sortBy=userName', '&sortBy=userName&sortOrder=descending'])(
  'CUR-12: a page in the middle of a walk%s reads its own rows and not those before it',
  async (order) => {
    const page = async (cursor: string) => {
      const answer = await server.request('GET', `/Users?count=50&attributes=userName${order}&cursor=${cursor}`);
      expect(answer.status).toBe(200);
      return String(answer.body.nextCursor);
    };
    let cursor = '';
    for (let pages = 0; pages < 20; pages++) cursor = await page(cursor);
    const before = await settled();
    for (let pages = 0; pages < 10; pages++) cursor = await page(cursor);
    const read = (await settled()) - before;
    expect(read).toBeGreaterThan(0);
    // A page is 50; what is sorted is read by its keys first, and some more of it than fits.
    expect(read).toBeLessThan(10 * 50 * 6);
  },
);
