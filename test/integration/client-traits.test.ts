import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClientTraits, createClientTraits, listConnections } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import { newObjectId } from '../../src/directory/index.js';
import { createLogger } from '../../src/logger.js';
import { startUpkeep } from '../../src/upkeep.js';
import { type ScimServer, startScimServer } from '../support/scim-server.js';

let server: ScimServer;
beforeAll(async () => {
  server = await startScimServer();
});
afterAll(() => server.close());

/** A new connection, as the server knows it. */
async function connection() {
  const { connectionId } = await server.connect();
  return connectionOf(connectionId);
}

async function connectionOf(id: string) {
  const found = (await listConnections(server.database, server.siteId)).find((each) => each.id === id);
  if (found === undefined) throw new Error('There is no such connection');
  return found;
}

const counts = async (id: string) =>
  Object.fromEntries((await connectionOf(id)).traits.map(({ trait, count }) => [trait, count]));

describe('what clients were seen to do', () => {
  it('is counted in memory and added to the table', async () => {
    const traits = createClientTraits(server.database);
    const one = await connection();
    traits.note(one, ['a', 'b']);
    traits.note(one, ['a']);
    expect(await counts(one.id)).toEqual({});
    await traits.flush();
    const [first] = (await connectionOf(one.id)).traits;
    expect(first).toMatchObject({ trait: 'a', count: 2, firstSeen: expect.any(Date) });
    traits.note(one, ['a']);
    await traits.flush();
    await traits.flush();
    expect(await counts(one.id)).toEqual({ a: 3, b: 1 });
    const [again] = (await connectionOf(one.id)).traits;
    expect(again?.firstSeen).toEqual(first?.firstSeen);
    expect(again?.lastSeen.getTime()).toBeGreaterThan(first?.lastSeen.getTime() ?? 0);
  });

  it('is no more than a hundred looks between two flushes', async () => {
    const traits = createClientTraits(server.database);
    const [one, other] = [await connection(), await connection()];
    for (let look = 0; look < 99; look++) traits.note(one, ['a']);
    expect(traits.isCurious(one)).toBe(true);
    traits.note(one, []);
    expect([traits.isCurious(one), traits.isCurious(other)]).toEqual([false, true]);
    await traits.flush();
    expect([traits.isCurious(one), await counts(one.id)]).toEqual([true, { a: 99 }]);
  });

  it('is kept while it cannot be written', async () => {
    const traits = createClientTraits(server.database);
    const one = await connection();
    traits.note(one, ['a']);
    await server.database.write(sql`ALTER TABLE connection_traits RENAME TO elsewhere`);
    await expect(traits.flush()).rejects.toThrow('connection_traits');
    traits.note(one, ['a', 'b']);
    await server.database.write(sql`ALTER TABLE elsewhere RENAME TO connection_traits`);
    await traits.flush();
    expect(await counts(one.id)).toEqual({ a: 2, b: 1 });
  });

  it('is forgotten of a connection that is gone, and kept of the others', async () => {
    const traits = createClientTraits(server.database);
    const one = await connection();
    traits.note({ ...one, id: newObjectId() }, ['a']);
    traits.note(one, ['a']);
    await traits.flush();
    expect(await counts(one.id)).toEqual({ a: 1 });
  });

  it('is added up when several processes write at once', async () => {
    const connections = await Promise.all(Array.from({ length: 5 }, connection));
    const names = Array.from({ length: 100 }, (_, n) => `trait-${n}`);
    const flushOne = async (traits: ClientTraits, round: number) => {
      const [all, order] = round % 2 === 0 ? [connections, names] : [connections.toReversed(), names.toReversed()];
      for (const each of all) traits.note(each, order);
      await traits.flush();
    };
    const processes = Array.from({ length: 4 }, () => createClientTraits(server.database));
    for (let round = 0; round < 5; round++) await Promise.all(processes.map((each, n) => flushOne(each, n)));
    const each = Object.fromEntries(names.map((name) => [name, 20]));
    for (const { id } of connections) expect(await counts(id)).toEqual(each);
  });

  it('is written when the server stops', async () => {
    const traits = createClientTraits(server.database);
    const one = await connection();
    const logger = createLogger('silent');
    const upkeep = startUpkeep({ ...server, clientTraits: traits, logger });
    traits.note(one, ['a']);
    await upkeep.stop();
    expect(await counts(one.id)).toEqual({ a: 1 });
  });

  it('comes from requests that were let in, answered or refused', async () => {
    const one = await server.connect();
    const headers = { 'user-agent': 'Okta SCIM Client 1.0.0' };
    await one.request('GET', '/Users?', undefined, headers);
    await one.request('POST', '/Users', { active: 'True' }, headers);
    await one.request('GET', '/Users', undefined, { ...headers, authorization: 'Bearer wrong' });
    // They are looked at behind the answer.
    await new Promise((resolve) => setImmediate(resolve));
    await server.clientTraits.flush();
    expect(await counts(one.connectionId)).toEqual({
      'agent-okta': 2,
      'trailing-question-mark': 1,
      'capital-boolean-text': 1,
    });
  });
});
