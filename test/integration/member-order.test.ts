import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Database, openDatabase } from '../../src/database/index.js';
import { readMembers, streamMembers } from '../../src/directory/index.js';
import { createWorld, type World } from '../support/directory-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Plans as they may be for large groups: what they read comes as it lies in the tables. */
const NO_INDEXES =
  '-c enable_indexscan=off -c enable_indexonlyscan=off -c enable_bitmapscan=off -c enable_nestloop=off';

let test: TestDatabase;
let world: World;
let other: Database;
beforeAll(async () => {
  test = await createTestDatabase();
  world = await createWorld(test.database);
  const url = new URL(test.url);
  url.searchParams.set('options', NO_INDEXES);
  other = await openDatabase({ url: url.href, poolSize: 1, readPoolSize: 1, entities: [] });
});
afterAll(async () => {
  await other.close();
  await world.close();
  await test.drop();
});

it('members have one order, users before groups, whatever the plan', async () => {
  const { siteId } = world.actor;
  const users = [await world.user('a'), await world.user('b'), await world.user('c')];
  const nested = [await world.group('n'), await world.group('m')];
  const id = await world.group('all');
  for (const member of [...nested, ...users].toReversed()) await world.members(id, { kind: 'add', ids: [member] });
  const inOrder = [...users.toSorted(), ...nested.toSorted()];
  for (const database of [test.database, other]) {
    const streamed = [];
    for await (const member of streamMembers(database, siteId, id)) streamed.push(member.id);
    expect(streamed).toEqual(inOrder);
    const read = await readMembers(database, siteId, [id]);
    expect(read.get(id)?.map((member) => member.id)).toEqual(inOrder);
  }
});
