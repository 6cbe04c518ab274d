import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { JsonObject, JsonValue } from '../../src/scim/schema/index.js';
import { type Client, unique } from './support/client.ts';
import { type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, PATCH_OP, USER } from './support/urns.ts';

const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

let stage: Stage;
let client: Client;
beforeAll(async () => {
  stage = await startStage();
  client = stage.strict;
});
afterAll(() => stage.close());

interface Result {
  readonly method: string;
  readonly bulkId?: string;
  readonly version?: string;
  readonly location?: string;
  readonly status: string;
  readonly response?: JsonObject;
}

const ask = (operations: JsonValue[], more: JsonObject = {}) =>
  client.post('/Bulk', { schemas: [REQUEST], Operations: operations, ...more });

async function bulk(operations: JsonValue[], more: JsonObject = {}): Promise<Result[]> {
  const answer = await ask(operations, more);
  expect(answer).toMatchObject({ status: 200, body: { schemas: [RESPONSE] } });
  return answer.body.Operations as unknown as Result[];
}

const newUser = (bulkId: string, more: JsonObject = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [USER], userName: unique('bulk'), ...more },
});
const newGroup = (bulkId: string, members: string[] = []) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { schemas: [GROUP], displayName: unique('bulk'), members: members.map((value) => ({ value })) },
});
const nameOf = (operation: { data: JsonObject } | undefined) => String(operation?.data.userName);
const statuses = (results: readonly Result[]) => results.map(({ status }) => status);
const idOf = (result: Result | undefined) => result?.location?.slice(result.location.lastIndexOf('/') + 1) ?? '';
const membersOf = async (id: string) =>
  (((await client.read(`/Groups/${id}`)).members as JsonObject[] | undefined) ?? []).map(({ value }) => value);

describe('the envelope', () => {
  it('BLK-01, BLK-10, BLK-11, BLK-12, BLK-19: each operation has its result, as it would have alone', async () => {
    const { id } = await client.user();
    const gone = await client.user();
    const results = await bulk([
      newUser('a'),
      { method: 'PUT', path: `/Users/${id}`, data: { schemas: [USER], userName: unique(), title: 'x' } },
      {
        method: 'PATCH',
        path: `/Users/${id}`,
        data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'y' }] },
      },
      { method: 'DELETE', path: `/Users/${gone.id}` },
      newUser('b', { userName: '' }),
    ]);
    expect(results).toEqual([
      {
        method: 'POST',
        bulkId: 'a',
        version: 'W/"1"',
        location: expect.stringMatching(`^${client.baseUrl}/Users/[0-9a-f-]{36}$`),
        status: '201',
      },
      { method: 'PUT', version: 'W/"2"', location: `${client.baseUrl}/Users/${id}`, status: '200' },
      { method: 'PATCH', version: 'W/"3"', location: `${client.baseUrl}/Users/${id}`, status: '200' },
      { method: 'DELETE', location: `${client.baseUrl}/Users/${gone.id}`, status: '204' },
      {
        method: 'POST',
        bulkId: 'b',
        status: '400',
        response: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
          status: '400',
          scimType: 'invalidValue',
          detail: expect.any(String),
        },
      },
    ]);
    expect((await client.read(`/Users/${id}`)).title).toBe('y');
    expect((await client.get(`/Users/${gone.id}`)).status).toBe(404);
  });

  it.each<[string, JsonValue, number, string | undefined]>([
    ['no schemas', { Operations: [] }, 400, 'invalidSyntax'],
    ['another message', { schemas: [PATCH_OP], Operations: [] }, 400, 'invalidSyntax'],
    ['no operations', { schemas: [REQUEST] }, 400, 'invalidSyntax'],
    ['an empty list', { schemas: [REQUEST], Operations: [] }, 400, 'invalidSyntax'],
    ['an operation that is none', { schemas: [REQUEST], Operations: ['x'] }, 400, 'invalidSyntax'],
    ['failOnErrors 0', { schemas: [REQUEST], Operations: [{}], failOnErrors: 0 }, 400, 'invalidValue'],
    ['a list', [], 400, 'invalidSyntax'],
  ])('BLK-21: with %s refuses the whole request', async (_what, body, status, scimType) => {
    expect(await client.post('/Bulk', body)).toMatchObject({ status, body: { scimType } });
  });

  it('BLK-21: that is no JSON refuses the whole request', async () => {
    const answer = await client.send('POST', '/Bulk', { body: '{"schemas":' });
    expect(answer).toMatchObject({ status: 400, body: { scimType: 'invalidSyntax' } });
  });

  it('BLK-26, SPC-09, SPC-12: is offered as ServiceProviderConfig says', async () => {
    const { bulk: offered } = (await client.get('/ServiceProviderConfig')).body;
    expect(offered).toEqual({ supported: true, maxOperations: 1000, maxPayloadSize: 8_388_608 });
    const get = await client.get('/Bulk');
    expect(get.status).toBe(405);
    expect(get.headers.get('allow')).toBe('POST');
  });

  it('BLK-02, BLK-27, PAT-21: names and methods are taken in any case, paths with or without a slash', async () => {
    const operation = { METHOD: 'post', Path: 'Users', bulkID: 'x', Data: newUser('x').data };
    const answer = await client.post('/Bulk', { SCHEMAS: [REQUEST], operations: [operation] });
    expect(answer.body.Operations).toMatchObject([{ method: 'POST', bulkId: 'x', status: '201' }]);
  });

  it('BLK-16, SPC-12: more operations than maxOperations are refused, and nothing is done', async () => {
    const small = await startStage({ limits: { bulkOperations: 2 } });
    try {
      const users = ['a', 'b', 'c'].map((bulkId) => newUser(bulkId));
      const answer = await small.strict.post('/Bulk', { schemas: [REQUEST], Operations: users });
      expect(answer).toMatchObject({ status: 413, body: { status: '413' } });
      expect(answer.body.detail).toMatch(/maxOperations is 2 \(LIMIT_BULK_OPERATIONS\)/);
      expect((await small.strict.get('/Users')).body.totalResults).toBe(0);
    } finally {
      await small.close();
    }
  });

  it('BLK-17, SPC-12: a body longer than maxPayloadSize is refused, announced or not', async () => {
    const small = await startStage({ limits: { bulkBodyBytes: 2048, bodyBytes: 1024 } });
    try {
      const body = JSON.stringify({ schemas: [REQUEST], Operations: [newUser('a', { title: 'x'.repeat(3000) })] });
      const announced = await small.strict.send('POST', '/Bulk', { body });
      expect(announced).toMatchObject({ status: 413, body: { detail: expect.stringContaining('maxPayloadSize') } });
      const streamed = await fetch(`${small.server.baseUrl}/Bulk`, {
        method: 'POST',
        headers: { authorization: `Bearer ${small.server.token}`, 'content-type': 'application/scim+json' },
        body: new Blob([body]).stream(),
        duplex: 'half',
      } as RequestInit);
      expect(streamed.status).toBe(413);
    } finally {
      await small.close();
    }
  });
});

describe('an operation', () => {
  it.each<[string, JsonObject, string, string | undefined]>([
    ['BLK-02: GET', { method: 'GET', path: '/Users/1' }, '400', 'invalidSyntax'],
    ['BLK-02: no method', { path: '/Users' }, '400', 'invalidSyntax'],
    ['BLK-03: POST to a resource', { method: 'POST', path: '/Users/1', bulkId: 'x', data: {} }, '400', 'invalidSyntax'],
    ['BLK-03: PUT to an endpoint', { method: 'PUT', path: '/Users', data: {} }, '400', 'invalidSyntax'],
    ['BLK-03: DELETE of an endpoint', { method: 'DELETE', path: '/Users' }, '400', 'invalidSyntax'],
    ['BLK-03: an unknown endpoint', { method: 'POST', path: '/Cars', bulkId: 'x', data: {} }, '404', undefined],
    ['BLK-03: an unknown resource', { method: 'DELETE', path: '/Users/1' }, '404', undefined],
    ['BLK-03: no path', { method: 'DELETE' }, '400', 'invalidSyntax'],
    ['BLK-03: a query', { method: 'DELETE', path: '/Users/1?a=b' }, '400', 'invalidSyntax'],
    ['BLK-04: POST without data', { method: 'POST', path: '/Users', bulkId: 'x' }, '400', 'invalidSyntax'],
    ['BLK-04: PUT without data', { method: 'PUT', path: '/Users/1' }, '400', 'invalidSyntax'],
    ['BLK-04: PATCH with a list', { method: 'PATCH', path: '/Users/1', data: [] }, '400', 'invalidSyntax'],
    ['BLK-05: POST without bulkId', { method: 'POST', path: '/Users', data: {} }, '400', 'invalidSyntax'],
    ['BLK-27: a bulk', { method: 'POST', path: '/Bulk', bulkId: 'x', data: {} }, '404', undefined],
    ['BLK-27: a search', { method: 'POST', path: '/Users/.search', bulkId: 'x', data: {} }, '400', 'invalidSyntax'],
    ['BLK-27: a root search', { method: 'POST', path: '/.search', bulkId: 'x', data: {} }, '404', undefined],
    ['BLK-27: Me', { method: 'PATCH', path: '/Me', data: {} }, '404', undefined],
    ['BLK-27: Schemas', { method: 'DELETE', path: '/Schemas/x' }, '404', undefined],
  ])('%s fails, and the others are done', async (_what, operation, status, scimType) => {
    const [wrong, right] = await bulk([operation, newUser('ok')]);
    expect(wrong?.status).toBe(status);
    expect(wrong?.response?.scimType).toBe(scimType);
    expect(right?.status).toBe('201');
  });

  it('BLK-05: whose bulkId another has fails with it', async () => {
    const results = await bulk([newUser('same'), newUser('same'), newUser('other')]);
    expect(statuses(results)).toEqual(['400', '400', '201']);
  });

  it('BLK-18: with a version that is not the present one fails with 412', async () => {
    const { id } = await client.user();
    const patch = (version: string) => ({
      method: 'PATCH',
      path: `/Users/${id}`,
      version,
      data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: version }] },
    });
    expect(statuses(await bulk([patch('W/"9"'), patch('W/"1"'), patch('W/"1"')]))).toEqual(['412', '200', '412']);
    expect((await client.read(`/Users/${id}`)).title).toBe('W/"1"');
  });

  it('BLK-22: PATCH needs the whole message', async () => {
    const { id } = await client.user();
    const bare = { method: 'PATCH', path: `/Users/${id}`, data: { Operations: [{ op: 'remove', path: 'title' }] } };
    expect(statuses(await bulk([bare]))).toEqual(['400']);
  });

  it('BLK-25: has the rights and rules of a single request, and an entry in the log', async () => {
    const other = await stage.connect();
    const theirs = await other.user();
    const userName = unique();
    await client.user({ userName });
    const results = await bulk([
      { method: 'PUT', path: `/Users/${theirs.id}`, data: { schemas: [USER], userName: unique() } },
      newUser('x', { userName: userName.toUpperCase() }),
      newUser('y', { unheardOf: 1 }),
    ]);
    expect(statuses(results)).toEqual(['403', '409', '400']);
    expect(results[1]?.response?.scimType).toBe('uniqueness');
    const entries = await stage.server.database.read<{ code: string }>(sql`
      SELECT error_code AS code FROM log_entries WHERE outcome = 'failure' ORDER BY at DESC, id DESC LIMIT 3`);
    expect(entries.map(({ code }) => code).sort()).toEqual(
      ['ownership.other-owner', 'scim.invalidSyntax', 'user.user-name-taken'].sort(),
    );
  });

  it('BLK-25, AUTH-04: a token that may only read does nothing', async () => {
    const reader = await stage.connect({ scope: 'read', profile: 'strict' });
    const answer = await reader.post('/Bulk', { schemas: [REQUEST], Operations: [newUser('a')] });
    expect(answer.status).toBe(403);
  });

  it('BLK-13: that fails stops no other; BLK-14, BLK-15: with failOnErrors it does', async () => {
    const operations = () => [
      newUser('a'),
      newUser('b', { userName: '' }),
      newUser('c'),
      newUser('d', { userName: '' }),
      newUser('e'),
    ];
    expect(statuses(await bulk(operations()))).toEqual(['201', '400', '201', '400', '201']);
    const first = operations();
    expect(statuses(await bulk(first, { failOnErrors: 1 }))).toEqual(['201', '400']);
    const later = nameOf(first[2]);
    expect((await client.get('/Users', { filter: `userName eq "${later}"` })).body.totalResults).toBe(0);
    const answer = await ask(operations(), { failOnErrors: 2 });
    expect(answer.body).not.toHaveProperty('failOnErrors');
    expect(statuses(answer.body.Operations as unknown as Result[])).toEqual(['201', '400', '201', '400']);
  });
});

describe('a reference', () => {
  it('BLK-06, BLK-07, BLK-20: names what is made before or after it, and results keep their order', async () => {
    const results = await bulk([
      newGroup('later', ['bulkId:u1', 'bulkId:u2']),
      newUser('u1'),
      newUser('u2'),
      newGroup('before', ['bulkId:u1', 'bulkId:later']),
    ]);
    expect(results.map(({ bulkId, status }) => [bulkId, status])).toEqual([
      ['later', '201'],
      ['u1', '201'],
      ['u2', '201'],
      ['before', '201'],
    ]);
    const [later, u1, u2, before] = results.map(idOf);
    expect(await membersOf(later ?? '')).toEqual([u1, u2]);
    expect(await membersOf(before ?? '')).toEqual([u1, later]);
  });

  it('BLK-08: in a circle is resolved for groups, for managers and for oneself', async () => {
    const groups = await bulk([newGroup('a', ['bulkId:b']), newGroup('b', ['bulkId:a'])]);
    expect(statuses(groups)).toEqual(['201', '201']);
    const [a, b] = groups.map(idOf);
    expect(await membersOf(a ?? '')).toEqual([b]);
    expect(await membersOf(b ?? '')).toEqual([a]);
    expect(groups[1]?.version).toBe((await client.get(`/Groups/${b}`)).headers.get('etag'));

    const led = (bulkId: string, by: string) =>
      newUser(bulkId, { [ENTERPRISE]: { manager: { value: `bulkId:${by}` } } });
    const people = await bulk([led('x', 'y'), led('y', 'z'), led('z', 'x'), led('self', 'self')]);
    expect(statuses(people)).toEqual(['201', '201', '201', '201']);
    const ids = people.map(idOf);
    for (const [index, manager] of [ids[1], ids[2], ids[0], ids[3]].entries()) {
      expect((await client.read(`/Users/${ids[index]}`))[ENTERPRISE]).toMatchObject({ manager: { value: manager } });
    }
  });

  it('BLK-08, BLK-23: in a circle with one that fails leaves nothing behind', async () => {
    const names = [unique(), unique()];
    const results = await bulk([
      { ...newGroup('a', ['bulkId:b']), data: { ...newGroup('a', ['bulkId:b']).data, displayName: names[0] ?? '' } },
      {
        ...newGroup('b', ['bulkId:a', 'bulkId:wrong']),
        data: { ...newGroup('b', ['bulkId:a', 'bulkId:wrong']).data, displayName: names[1] ?? '' },
      },
      newUser('wrong', { userName: '' }),
    ]);
    expect(statuses(results)).toEqual(['409', '409', '400']);
    for (const name of names) {
      expect((await client.get('/Groups', { filter: `displayName eq "${name}"` })).body.totalResults).toBe(0);
    }
  });

  it('BLK-09: inside an extension is resolved', async () => {
    const results = await bulk([
      newUser('led', { [ENTERPRISE]: { manager: { value: 'bulkId:boss' } } }),
      newUser('boss'),
    ]);
    const [led, boss] = results.map(idOf);
    expect((await client.read(`/Users/${led}`))[ENTERPRISE]).toMatchObject({ manager: { value: boss } });
  });

  it('BLK-23: to nothing is 400, to what failed 409', async () => {
    const results = await bulk([
      newGroup('a', ['bulkId:nobody']),
      newGroup('b', ['bulkId:failed']),
      newUser('failed', { userName: '' }),
    ]);
    expect(statuses(results)).toEqual(['400', '409', '400']);
    expect(results[0]?.response).toMatchObject({ scimType: 'invalidValue', detail: expect.stringContaining('nobody') });
  });

  it('BLK-24: in a path and in a PATCH is resolved', async () => {
    const results = await bulk([
      {
        method: 'PATCH',
        path: '/Groups/bulkId:g',
        data: {
          schemas: [PATCH_OP],
          Operations: [
            { op: 'add', path: 'members', value: [{ value: 'bulkId:u2' }] },
            { op: 'remove', path: 'members[value eq "bulkId:u1"]' },
          ],
        },
      },
      newGroup('g', ['bulkId:u1']),
      newUser('u1'),
      newUser('u2'),
    ]);
    expect(results.map(({ status }) => status[0])).toEqual(['2', '2', '2', '2']);
    const [patched, group, , u2] = results;
    expect(patched?.location).toBe(group?.location);
    expect(await membersOf(idOf(group))).toEqual([idOf(u2)]);
  });
});

describe('many creations', () => {
  it('BLK-13, BLK-25: of which some are refused are made but for these, each with its entry in the log', async () => {
    const taken = (await client.user()).userName;
    const operations = Array.from({ length: 320 }, (_, index) => newUser(`n${index}`, { externalId: `x-${index}` }));
    operations[7] = newUser('n7', { userName: String(taken) });
    operations[60] = newUser('n60', { userName: nameOf(operations[3]).toUpperCase() });
    operations[90] = newUser('n90', { active: 'perhaps' });
    operations[300] = newUser('n300', { userName: nameOf(operations[3]) });
    const before = await entries();
    const results = await bulk(operations);
    const failed = results.flatMap(({ status }, index) => (status === '201' ? [] : [[index, status]]));
    expect(failed).toEqual([
      [7, '409'],
      [60, '409'],
      [90, '400'],
      [300, '409'],
    ]);
    const after = await entries();
    expect([after.success - before.success, after.failure - before.failure]).toEqual([316, 4]);
    const last = await client.read(`/Users/${idOf(results[319])}`);
    expect(last).toMatchObject({ externalId: 'x-319', active: true, meta: { version: 'W/"1"' } });
  });

  it('BLK-14: with failOnErrors leave nothing behind the first that is refused', async () => {
    const operations = Array.from({ length: 30 }, (_, index) => newUser(`n${index}`));
    operations[10] = newUser('n10', { userName: nameOf(operations[2]) });
    const results = await bulk(operations, { failOnErrors: 1 });
    expect(statuses(results)).toEqual([...Array.from({ length: 10 }, () => '201'), '409']);
    for (const operation of operations.slice(11)) {
      const filter = `userName eq "${String((operation.data as JsonObject).userName)}"`;
      expect((await client.get('/Users', { filter })).body.totalResults).toBe(0);
    }
  });

  it('of groups and of users between one another are made, the empty ones together', async () => {
    const { id } = await client.user();
    const results = await bulk([
      ...['g1', 'g2', 'g3'].map((bulkId) => newGroup(bulkId)),
      newUser('u1'),
      newUser('u2'),
      newGroup('g4'),
      newGroup('g5', [id]),
      { ...newGroup('g6'), data: { schemas: [GROUP], externalId: 'e-6' } },
      newGroup('g7', ['0199aaaa-0000-7000-8000-000000000000']),
    ]);
    expect(statuses(results)).toEqual(['201', '201', '201', '201', '201', '201', '201', '400', '400']);
    expect(await membersOf(idOf(results[6]))).toEqual([id]);
    const three = await client.read(`/Groups/${idOf(results[2])}`);
    expect(three).toMatchObject({ meta: { version: 'W/"1"', resourceType: 'Group' } });
  });

  it('that cannot be made together are tried together once, not again for each', async () => {
    const operations = Array.from({ length: 400 }, (_, index) => newUser(`n${index}`));
    operations[399] = newUser('n399', { userName: nameOf(operations[0]) });
    const results = await bulk(operations, { failOnErrors: 1 });
    expect(results).toHaveLength(400);
    expect(results[399]?.status).toBe('409');
  });

  it('with the same names in requests at once are made once each', async () => {
    const names = Array.from({ length: 60 }, () => unique('shared'));
    const request = (order: readonly string[], prefix: string) =>
      bulk(order.map((userName, index) => newUser(`${prefix}${index}`, { userName })));
    const rounds = await Promise.all([
      request(names, 'a'),
      request(names.toReversed(), 'b'),
      request([...names.slice(30), ...names.slice(0, 30)], 'c'),
    ]);
    const all = rounds.flat();
    expect(all.filter(({ status }) => status === '201')).toHaveLength(60);
    expect(all.filter(({ status }) => status === '409')).toHaveLength(120);
  });

  async function entries() {
    const [row] = await stage.server.database.read<{ success: number; failure: number }>(sql`
      SELECT count(*) FILTER (WHERE outcome = 'success') AS success, count(*) FILTER (WHERE outcome = 'failure') AS failure
      FROM log_entries WHERE action = 'user.create'`);
    return row ?? { success: 0, failure: 0 };
  }
});
