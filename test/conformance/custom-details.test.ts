import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { buildResourceTypes } from '../../src/scim/schema/build-resource-types.js';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, type Resource, resourcesOf, unique } from './support/client.ts';
import { type Stage, startStage } from './support/stage.ts';
import { USER } from './support/urns.ts';

const BADGE = 'urn:example:scim:schemas:extension:badge:1.0:User';
const DEVICE = 'urn:example:scim:schemas:device:1.0:Device';
const PATH = '/Devices';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

const types = buildResourceTypes([
  {
    name: 'badge.json',
    content: [
      { id: BADGE, attributes: [{ name: 'number', uniqueness: 'global', required: true }, { name: 'colour' }] },
      { name: 'User', schemaExtensions: [{ schema: BADGE, required: true }] },
    ],
  },
  {
    name: 'device.json',
    content: [
      {
        id: DEVICE,
        attributes: [
          { name: 'displayName', required: true },
          { name: 'serials', multiValued: true, uniqueness: 'server' },
          {
            name: 'ports',
            type: 'complex',
            multiValued: true,
            subAttributes: [
              { name: 'value', uniqueness: 'server' },
              { name: 'type' },
              { name: 'key', returned: 'never' },
            ],
          },
          {
            name: 'maker',
            type: 'complex',
            subAttributes: [
              { name: 'name', mutability: 'immutable' },
              { name: 'pin', mutability: 'writeOnly' },
              { name: 'note', returned: 'request' },
              { name: 'place' },
            ],
          },
          {
            name: 'origin',
            type: 'complex',
            mutability: 'immutable',
            subAttributes: [{ name: 'country' }, { name: 'by' }],
          },
          { name: 'keeper', type: 'reference', referenceTypes: ['User'] },
          { name: 'links', type: 'reference', referenceTypes: ['external'], multiValued: true },
        ],
      },
      { name: 'Device', schema: DEVICE },
    ],
  },
]);

let stage: Stage;
let client: Client;
beforeAll(async () => {
  stage = await startStage({ types });
  client = stage.strict;
});
afterAll(() => stage.close());

const body = (attributes: JsonObject = {}): JsonObject => ({ schemas: [DEVICE], displayName: unique(), ...attributes });
const device = async (attributes?: JsonObject) => {
  const answer = await client.post(PATH, body(attributes));
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as JsonObject & { id: string };
};

describe('a required extension of users', () => {
  it('RT-12: holds for POST, PUT, PATCH and bulk', async () => {
    const bare = { schemas: [USER], userName: unique() };
    const refusal = { status: 400, body: { scimType: 'invalidValue' } };
    expect(await client.post('/Users', bare)).toMatchObject(refusal);
    const { id } = await client.user({ schemas: [USER, BADGE], [BADGE]: { number: unique() } });
    expect(await client.put(`/Users/${id}`, bare)).toMatchObject(refusal);
    for (const path of [BADGE, `${BADGE}:number`]) {
      expect(await client.patch(`/Users/${id}`, { op: 'remove', path })).toMatchObject({ status: 400 });
    }
    expect((await client.get('/ResourceTypes/User')).body.schemaExtensions).toContainEqual({
      schema: BADGE,
      required: true,
    });
  });

  it('CRE-12, BLK-01: unique values hold in races and in bulk requests', async () => {
    const number = unique();
    const user = () => ({ schemas: [USER, BADGE], userName: unique(), [BADGE]: { number } });
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.post('/Users', user())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    const [free, taken] = [unique(), number.toUpperCase()];
    const operations = [free, taken, free].map((value, n) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${n}`,
      data: { ...user(), [BADGE]: { number: value } },
    }));
    const bulk = await client.post('/Bulk', { schemas: [BULK], Operations: operations });
    expect((bulk.body.Operations as JsonObject[]).map(({ status }) => status)).toEqual(['201', '409', '409']);
  });

  it('swaps at the same time end in an order, not in a failure', async () => {
    const [one, other] = [unique(), unique()];
    const users: Resource[] = [];
    for (const number of [one, other]) users.push(await client.user({ schemas: [USER, BADGE], [BADGE]: { number } }));
    const answers = await Promise.all(
      [other, one].map((value, n) =>
        client.patch(`/Users/${users[n]?.id}`, { op: 'replace', path: `${BADGE}:number`, value }),
      ),
    );
    for (const { status } of answers) expect([200, 409]).toContain(status);
  });
});

describe('values of a resource type', () => {
  it('unique: one resource may have a value twice, in other letters too; another may not', async () => {
    const [serial, port] = [unique(), unique()];
    const { id } = await device({
      serials: [serial, serial.toUpperCase()],
      ports: [
        { value: port, type: 'a' },
        { value: port, type: 'b' },
      ],
    });
    expect(await client.post(PATH, body({ serials: [serial] }))).toMatchObject({ status: 409 });
    expect(await client.post(PATH, body({ ports: [{ value: port }] }))).toMatchObject({ status: 409 });
    const patch = await client.patch(`${PATH}/${id}`, { op: 'remove', path: 'ports[type eq "a"]' });
    expect(patch.status).toBe(200);
    expect(await client.post(PATH, body({ ports: [{ value: port }] }))).toMatchObject({ status: 409 });
  });

  it('a unique value is refused when no index could hold it', async () => {
    const answer = await client.post(PATH, body({ serials: ['x'.repeat(3000)] }));
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    expect(answer.body.detail).toContain('LIMIT_KEY_BYTES');
  });

  it('DAT-15, PRJ-09, PUT-06: sub-attributes have characteristics of their own', async () => {
    const maker = { name: 'A', pin: '77', note: 'n', place: 'here' };
    const { id, ...made } = await device({ maker, ports: [{ value: unique(), key: 'k' }] });
    // What is shown on request only, who has just written it may see (RFC 7643 section 7).
    expect(made.maker).toEqual({ name: 'A', note: 'n', place: 'here' });
    expect(JSON.stringify(made.ports)).not.toContain('key');
    const path = `${PATH}/${id}`;
    expect((await client.get(path)).body.maker).toEqual({ name: 'A', place: 'here' });
    const moved = await client.patch(path, { op: 'replace', path: 'maker.place', value: 'near' });
    expect(moved.body.maker).toEqual({ name: 'A', place: 'near' });
    const noted = await client.patch(path, { op: 'replace', path: 'maker', value: { note: 'n' } });
    expect(noted.body.maker).toEqual({ name: 'A', note: 'n', place: 'near' });
    expect((await client.get(path, { attributes: 'maker.note' })).body.maker).toEqual({ note: 'n' });
    expect(await client.get(PATH, { filter: 'maker.pin eq "77"' })).toMatchObject({ status: 400 });
    expect(await client.get(PATH, { filter: 'ports[key eq "k"]' })).toMatchObject({ status: 400 });
    expect(await client.put(path, body({ maker: { name: 'B' } }))).toMatchObject({
      status: 400,
      body: { scimType: 'mutability' },
    });
    expect(await client.patch(path, { op: 'replace', path: 'maker.name', value: 'B' })).toMatchObject({
      status: 400,
      body: { scimType: 'mutability' },
    });
    for (const op of [
      { op: 'replace', path: 'maker', value: { name: 'B' } },
      { op: 'add', value: { maker: { name: 'B' } } },
      { op: 'remove', path: 'maker.name' },
      { op: 'remove', path: 'maker' },
    ]) {
      expect([op, (await client.patch(path, op)).body.scimType]).toEqual([op, 'mutability']);
    }
    const put = await client.put(path, body({ maker: { place: 'there' } }));
    expect(put.body.maker).toEqual({ name: 'A', place: 'there' });
    const [stored] = await stage.server.database.read<{ pin: string }>(
      sql`SELECT document->'maker'->>'pin' AS pin FROM resources WHERE id = ${id}`,
    );
    expect(stored).toEqual({ pin: '77' });
    const logged = await stage.server.database.read(sql`SELECT 1 FROM log_entries WHERE personal::text LIKE '%"77"%'`);
    expect(logged).toEqual([]);
  });

  it('PUT-06: an immutable complex value is the same in any order of its parts', async () => {
    const { id } = await device({ origin: { country: 'NZ', by: 'x' } });
    const same = await client.put(`${PATH}/${id}`, body({ origin: { by: 'x', country: 'NZ' } }));
    expect(same).toMatchObject({ status: 200, body: { origin: { country: 'NZ', by: 'x' } } });
    const other = await client.put(`${PATH}/${id}`, body({ origin: { by: 'y', country: 'NZ' } }));
    expect(other).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
    for (const op of [
      { op: 'replace', path: 'origin', value: { by: 'y' } },
      { op: 'replace', path: 'origin.by', value: 'y' },
      { op: 'remove', path: 'origin' },
    ]) {
      expect(await client.patch(`${PATH}/${id}`, op)).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
    }
  });

  it('DAT-09: references are kept as sent', async () => {
    const values = { keeper: '../Users/1', links: ['https://example.com/a', 'https://example.com/b'] };
    const { id, ...made } = await device(values);
    expect(made).toMatchObject(values);
    expect((await client.get(PATH, { filter: 'links eq "https://example.com/b"' })).body.totalResults).toBe(1);
  });

  it('PAT-13, PAT-20: a PATCH without a path and one of several operations', async () => {
    const { id } = await device();
    const answer = await client.patch(
      `${PATH}/${id}`,
      { op: 'add', value: { displayName: 'new', links: ['https://example.com/c'] } },
      { op: 'add', path: 'links', value: ['https://example.com/d'] },
    );
    expect(answer.body).toMatchObject({
      displayName: 'new',
      links: ['https://example.com/c', 'https://example.com/d'],
    });
  });

  it('BLK-01, BLK-07: are made, changed and removed in bulk', async () => {
    const operations = [
      { method: 'POST', path: PATH, bulkId: 'd', data: body() },
      {
        method: 'PATCH',
        path: `${PATH}/bulkId:d`,
        data: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', path: 'displayName', value: 'bulk' }],
        },
      },
      { method: 'DELETE', path: `${PATH}/bulkId:d` },
    ];
    const bulk = await client.post('/Bulk', { schemas: [BULK], Operations: operations });
    expect((bulk.body.Operations as JsonObject[]).map(({ status }) => status)).toEqual(['201', '200', '204']);
  });
});

describe('an attribute that its schema no longer has', () => {
  it('SEC-09: is shown by no answer, and gone with the next change', async () => {
    const { database } = stage.server;
    const { id, displayName } = await device();
    await database.write(sql`UPDATE resources SET document = document || '{"pin": "old"}' WHERE id = ${id}`);
    for (const query of ['', '?excludedAttributes=meta', '?attributes=pin']) {
      expect((await client.get(`${PATH}/${id}${query}`)).text).not.toContain('old');
    }
    const list = await client.get(PATH, { filter: `displayName eq "${displayName}"` });
    expect(list.body.totalResults).toBe(1);
    expect(list.text).not.toContain('old');
    await client.patch(`${PATH}/${id}`, { op: 'replace', path: 'displayName', value: 'new' });
    expect(await database.read(sql`SELECT 1 FROM resources WHERE id = ${id} AND document ? 'pin'`)).toEqual([]);
  });
});

describe('lists of a resource type', () => {
  it('SRT-01, PAG-01: are sorted, paged and walked by cursor, and counted exactly', async () => {
    for (const name of ['w-c', 'w-a', 'w-b']) await device({ displayName: name });
    const filter = 'displayName sw "w-"';
    const sorted = await client.get(PATH, { filter, sortBy: 'displayName', sortOrder: 'descending' });
    expect(resourcesOf(sorted).map(({ displayName }) => displayName)).toEqual(['w-c', 'w-b', 'w-a']);
    const page = await client.get(PATH, { filter, startIndex: 2, count: 1 });
    expect(page.body).toMatchObject({ totalResults: 3, itemsPerPage: 1, startIndex: 2 });
    const first = await client.get(PATH, { filter, cursor: '', count: 2 });
    expect(first.body.Resources).toHaveLength(2);
    const rest = await client.get(PATH, { filter, cursor: String(first.body.nextCursor), count: 2 });
    expect(rest.body.Resources).toHaveLength(1);
    const all = await client.get(PATH, { count: 0 });
    const [counted] = await stage.server.database.read<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM resources WHERE deleted_at IS NULL`,
    );
    expect(all.body.totalResults).toBe(counted?.n);
  });

  it('are found by an index, however many there are', async () => {
    const { database, siteId } = stage.server;
    await database.write(sql`
      INSERT INTO resources (site_id, type, id, document, folded)
      SELECT ${siteId}, 'Device', gen_random_uuid(), jsonb_build_object('schemas', ARRAY[${DEVICE}::text], 'displayName', 'm' || n),
        jsonb_build_object('displayName', 'm' || n) FROM generate_series(1, 20000) n`);
    await database.write(sql`ANALYZE resources`);
    const wanted = JSON.stringify({ displayName: 'm77' });
    const plan = await database.read<{ 'QUERY PLAN': string }>(sql`
      EXPLAIN SELECT r.id FROM (SELECT * FROM resources WHERE type = 'Device') r
      WHERE r.site_id = ${siteId} AND r.deleted_at IS NULL AND r.folded @> ${wanted}::jsonb`);
    expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Bitmap Index Scan on resources_folded/);
    const found = await client.get(PATH, { filter: 'displayName eq "M77"' });
    expect(found.body).toMatchObject({ totalResults: 1 });
  });
});
