import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { newObjectId } from '../../src/directory/index.js';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, type Resource, resourcesOf, unique } from './support/client.ts';
import { expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { GROUP, USER } from './support/urns.ts';

/** More than are kept in memory at once, and more than fit the body limit of other requests. */
const MEMBERS = 25_000;

let stage: Stage;
let ids: string[];
let group: Resource;
let full: Resource;

beforeAll(async () => {
  stage = await startStage();
  ids = await fillUsers();
  group = await stage.generic.group();
  expectOk(await add(stage.generic, ids), 204);
  // What the server's upkeep does with tables that have grown, and nobody does here.
  await stage.server.database.write(sql`ANALYZE`);
  full = await stage.generic.read(`/Groups/${group.id}`);
}, 60_000);
afterAll(() => stage.close());

/** Users that nobody looks at as such: creating each over HTTP would take most of a minute. */
async function fillUsers(): Promise<string[]> {
  const { database, siteId } = stage.server;
  const made = Array.from({ length: MEMBERS }, () => newObjectId());
  await database.write(sql`
    INSERT INTO users (site_id, id, user_name, user_name_key, document, folded)
    SELECT ${siteId}, id, 'mass-' || n, 'mass-' || n, d, d
    FROM unnest(${made}::uuid[]) WITH ORDINALITY AS made(id, n),
      jsonb_build_object('schemas', jsonb_build_array(${USER}::text), 'userName', 'mass-' || n) AS d`);
  return made;
}

const add = (client: Client, members: readonly string[]) =>
  client.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: members.map((value) => ({ value })) });

const remove = (client: Client, members: readonly string[]) =>
  client.patch(`/Groups/${group.id}`, { op: 'remove', path: 'members', value: members.map((value) => ({ value })) });

function memberIds({ members }: JsonObject): unknown[] {
  return (Array.isArray(members) ? members : []).map((member) => Object(member).value);
}

it('GRP-12: a large group is read whole, each member once', async () => {
  const { generic } = stage;
  const answer = expectOk(await generic.get(`/Groups/${group.id}`));
  expect(answer.headers.get('content-type')).toMatch(/^application\/scim\+json/);
  expect(answer.headers.get('etag')).toBe(metaOf(answer.body).version);
  expect(memberIds(answer.body).toSorted()).toEqual(ids.toSorted());
  const [first = ''] = ids;
  expect(full.members).toContainEqual({
    value: first,
    $ref: `${generic.baseUrl}/Users/${first}`,
    display: 'mass-1',
    type: 'User',
  });
});

it('GRP-12: a large group is read without its members, alone and in a list', async () => {
  const { generic } = stage;
  const { members: _members, ...rest } = full;
  const projection = { excludedAttributes: 'members' };
  expect(expectOk(await generic.get(`/Groups/${group.id}`, projection)).body).toEqual(rest);
  const listed = expectOk(await generic.get('/Groups', { filter: `id eq "${group.id}"`, ...projection }));
  expect(resourcesOf(listed)).toEqual([rest]);
});

it('GRP-12: a large group stands whole in a list, beside others', async () => {
  const { generic } = stage;
  const neighbour = await generic.group();
  const filter = `id eq "${group.id}" or id eq "${neighbour.id}"`;
  const listed = expectOk(await generic.get('/Groups', { filter }));
  expect(listed.body).toMatchObject({ totalResults: 2, itemsPerPage: 2, startIndex: 1 });
  expect(resourcesOf(listed)).toEqual([full, neighbour]);
});

it('GRP-12: members come and go while the others stay', async () => {
  const { generic } = stage;
  const user = await generic.user();
  expectOk(await add(generic, [user.id]), 204);
  expect(memberIds(await generic.read(`/Groups/${group.id}`))).toHaveLength(MEMBERS + 1);
  expect(await generic.read(`/Users/${user.id}`)).toMatchObject({ groups: [{ value: group.id }] });
  expectOk(await remove(generic, [user.id]), 204);
  const after = await generic.read(`/Groups/${group.id}`);
  expect(after.members).toEqual(full.members);
  expect(await generic.read(`/Users/${user.id}`)).not.toHaveProperty('groups');
});

it('GRP-09 GRP-12: adding all of them again changes nothing', async () => {
  const { generic } = stage;
  const before = await generic.read(`/Groups/${group.id}`);
  expectOk(await add(generic, ids), 204);
  expect(await generic.read(`/Groups/${group.id}`)).toEqual(before);
});

it('GRP-12: a replace with other members keeps those that are in both', async () => {
  const { generic } = stage;
  const displayName = unique('large');
  const other = await generic.group({ displayName });
  const path = `/Groups/${other.id}`;
  const put = async (wanted: readonly string[]) => {
    const members = wanted.map((value) => ({ value }));
    const answer = expectOk(await generic.put(path, { schemas: [GROUP], displayName, members }));
    expect(memberIds(answer.body).toSorted()).toEqual(wanted.toSorted());
    expect(await generic.read(path)).toEqual(answer.body);
  };
  await put(ids.slice(0, 15_000));
  await put(ids.slice(5000));
  await put([]);
});
