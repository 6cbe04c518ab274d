import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadResourceTypes } from '../../src/scim/index.js';
import type { JsonObject, JsonValue } from '../../src/scim/schema/index.js';
import { type Client, patchBody, unique } from './support/client.ts';
import { type Stage, startStage } from './support/stage.ts';

const BASE = 'urn:ietf:params:scim:schemas:test:2.0:TestResource';
const EXTENSION = 'urn:ietf:params:scim:schemas:extension:test:2.0:TestResource';
const PATH = '/TestResources';

let stage: Stage;
let client: Client;
beforeAll(async () => {
  const types = await loadResourceTypes({ folder: '/nowhere', testResources: true });
  stage = await startStage({ types });
  client = stage.strict;
});
afterAll(() => stage.close());

const body = (attributes: JsonObject = {}, extension: JsonObject = { extRequired: 'yes' }): JsonObject => ({
  schemas: [BASE, EXTENSION],
  displayName: unique(),
  ...attributes,
  [EXTENSION]: extension,
});

async function made(attributes: JsonObject = {}): Promise<JsonObject & { id: string }> {
  const answer = await client.post(PATH, body(attributes));
  expect(answer).toMatchObject({ status: 201 });
  return answer.body as JsonObject & { id: string };
}

const found = async (filter: string) => {
  const { status, body: list } = await client.get(PATH, { filter });
  expect(status).toBe(200);
  return (list.Resources as JsonObject[]).map(({ id }) => id);
};

describe('a resource type of its own', () => {
  it('HTTP-06, RT-01, RT-04, SCH-01: is listed with its schemas under its plural name', async () => {
    const type = (await client.get('/ResourceTypes/TestResource')).body;
    expect(type).toMatchObject({
      name: 'TestResource',
      endpoint: PATH,
      schema: BASE,
      schemaExtensions: [{ schema: EXTENSION, required: true }],
    });
    for (const urn of [BASE, EXTENSION]) {
      expect(await client.get(`/Schemas/${urn}`)).toMatchObject({ status: 200, body: { id: urn } });
    }
  });

  it('CRE-01, GET-01, ETG-01: is made, read, found and gone again', async () => {
    const { id, meta } = await made({ externalId: 'x-1' });
    const location = `${client.baseUrl}${PATH}/${id}`;
    expect(meta).toMatchObject({ resourceType: 'TestResource', location, version: 'W/"1"' });
    const read = await client.get(`${PATH}/${id}`);
    expect(read).toMatchObject({ status: 200, body: { id, externalId: 'x-1', schemas: [BASE, EXTENSION] } });
    expect(read.headers.get('etag')).toBe('W/"1"');
    expect(await found('externalId eq "x-1"')).toEqual([id]);
    expect(await client.delete(`${PATH}/${id}`)).toMatchObject({ status: 204 });
    expect(await client.get(`${PATH}/${id}`)).toMatchObject({ status: 404 });
    expect(await client.delete(`${PATH}/${id}`)).toMatchObject({ status: 404 });
    expect(await found('externalId eq "x-1"')).toEqual([]);
  });

  it('RT-12, CRE-24: a required extension and its required attribute must be there, and stay there', async () => {
    const without = { schemas: [BASE], displayName: 'x' };
    for (const wrong of [without, body({}, { extOptional: 1 }), body({}, {})]) {
      expect(await client.post(PATH, wrong)).toMatchObject({ status: 400, body: { scimType: 'invalidValue' } });
    }
    const { id } = await made();
    expect(await client.put(`${PATH}/${id}`, without)).toMatchObject({
      status: 400,
      body: { scimType: 'invalidValue' },
    });
    for (const path of [`${EXTENSION}:extRequired`, EXTENSION]) {
      const answer = await client.patch(`${PATH}/${id}`, { op: 'remove', path });
      expect(answer.status).toBe(400);
    }
    expect((await client.get(`${PATH}/${id}`)).body[EXTENSION]).toEqual({ extRequired: 'yes' });
  });

  it('DAT-03, DAT-04: a fraction or an exponent makes a decimal, also of a whole number, wherever it is sent', async () => {
    const { id } = await made();
    const written = (json: JsonValue, number: string) => JSON.stringify(json).replace('"NUMBER"', number);
    const sent = async (name: string, number: string) => {
      const ways: [string, string, JsonValue][] = [
        ['POST', PATH, body({ [name]: 'NUMBER' })],
        ['PUT', `${PATH}/${id}`, body({ [name]: 'NUMBER' })],
        ['PATCH', `${PATH}/${id}`, patchBody({ op: 'add', path: name, value: 'NUMBER' })],
        ['PATCH', `${PATH}/${id}`, patchBody({ op: 'replace', value: { [name]: 'NUMBER' } })],
      ];
      const answers = ways.map(async ([method, path, json]) => {
        const answer = await client.send(method, path, { body: written(json, number) });
        return answer.status < 300 ? answer.body[name] : `${answer.status} ${answer.body.scimType}`;
      });
      const operation = { method: 'POST', path: PATH, bulkId: 'a', data: body({ [name]: 'NUMBER' }) };
      const bulk = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations: [operation] };
      const answer = await client.send('POST', '/Bulk', { body: written(bulk, number) });
      return [...(await Promise.all(answers)), (answer.body.Operations as JsonObject[])[0]?.status];
    };
    for (const number of ['1.0', '1e3', '1E3', '-10.00', '5e+0', '0e-7']) {
      const refused = '400 invalidValue';
      expect([number, ...(await sent('count', number))]).toEqual([number, refused, refused, refused, refused, '400']);
      const value = Number(number);
      expect([number, ...(await sent('ratio', number))]).toEqual([number, value, value, value, value, '201']);
    }
    expect(await sent('count', '1000')).toEqual([1000, 1000, 1000, 1000, '201']);
  });

  it('DAT-01, DAT-02, DAT-03, DAT-04, DAT-05, DAT-06: each type is kept as sent and refused when it is another', async () => {
    const values = {
      count: 3,
      ratio: 0.5,
      flag: false,
      moment: '2026-01-31T08:00:00Z',
      data: 'aGVsbG8=',
      link: 'https://example.com/a',
      tags: ['a', 'b'],
      detail: { first: 'x', second: 2 },
      items: [{ value: 'v', type: 'one', primary: true }],
    };
    const { id, ...resource } = await made(values);
    expect(resource).toMatchObject(values);
    for (const moment of ['2026-01-31T08:00:00.123456Z', '2026-01-31T08:00:00+05:30', '2026-01-31T08:00:00']) {
      expect(await made({ moment })).toMatchObject({ moment });
    }
    const wrong: [string, JsonValue][] = [
      ['count', 1.5],
      ['count', '3'],
      ['count', true],
      ['ratio', '0.5'],
      ['ratio', [0.5]],
      ['flag', 'true'],
      ['flag', 1],
      ['moment', '31.1.2026'],
      ['moment', '2026-01-31'],
      ['moment', '08:00:00Z'],
      ['moment', 1_769_846_400],
      ['data', '%'],
      ['link', 'a b'],
      ['tags', 'a'],
      ['tags', [1]],
    ];
    for (const [name, value] of wrong) {
      const answer = await client.post(PATH, body({ [name]: value }));
      expect([name, answer.status, answer.body.scimType]).toEqual([name, 400, 'invalidValue']);
    }
    for (const filter of [
      'count ge 3',
      'ratio lt 1',
      'flag eq false',
      'moment gt "2026-01-01T00:00:00Z"',
      'tags eq "B"',
    ]) {
      expect([filter, (await found(filter)).includes(id)]).toEqual([filter, true]);
    }
    expect(await found(`detail.second eq 2 and items[type eq "one" and primary eq true] and id eq "${id}"`)).toEqual([
      id,
    ]);
  });

  it('FLT-16, FLT-17, DAT-11: text is compared by its caseExact, and kept as sent', async () => {
    const { id } = await made({ displayName: 'Äpfel', caseExactText: 'Exact' });
    expect(await found('displayName eq "ÄPFEL"')).toEqual([id]);
    expect(await found('caseExactText eq "Exact"')).toEqual([id]);
    expect(await found('caseExactText eq "exact"')).toEqual([]);
  });

  it('PUT-06, PAT-12: what is immutable is set once, and stays when it is left out', async () => {
    const { id } = await made({ immutableText: 'first' });
    const other = body({ immutableText: 'second' });
    expect(await client.put(`${PATH}/${id}`, other)).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
    const patch = await client.patch(`${PATH}/${id}`, { op: 'replace', path: 'immutableText', value: 'second' });
    expect(patch).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
    for (const same of [body({ immutableText: 'first' }), body()]) {
      expect(await client.put(`${PATH}/${id}`, same)).toMatchObject({ status: 200, body: { immutableText: 'first' } });
    }
    const late = await made();
    const added = await client.patch(`${PATH}/${late.id}`, { op: 'add', path: 'immutableText', value: 'later' });
    expect(added.body).toMatchObject({ immutableText: 'later' });
  });

  it('DAT-15: what is returned on request is shown to who asks for it and to who has just written it', async () => {
    const onRequest = 'first';
    const { id } = await made({ onRequest });
    const path = `${PATH}/${id}`;
    const shown = async (method: string, query: string, sent?: JsonObject) =>
      (await client.send(method, `${path}${query}`, sent === undefined ? {} : { body: sent })).body.onRequest;
    const patch = (...operations: JsonObject[]) => patchBody(...operations);
    expect(await shown('GET', '')).toBeUndefined();
    expect(await shown('GET', '?excludedAttributes=count')).toBeUndefined();
    expect(await shown('GET', '?attributes=onRequest')).toBe('first');
    expect((await client.get(PATH, { filter: `id eq "${id}"` })).text).not.toContain('onRequest');

    expect(await made({ onRequest: 'at once' })).toMatchObject({ onRequest: 'at once' });
    expect(await shown('PUT', '', body({ onRequest: 'second' }))).toBe('second');
    expect(await shown('PATCH', '', patch({ op: 'replace', path: 'ONREQUEST', value: 'third' }))).toBe('third');
    expect(await shown('PATCH', '', patch({ op: 'add', value: { onRequest: 'fourth' } }))).toBe('fourth');
    expect(await shown('PATCH', '', patch({ op: 'add', path: 'count', value: 1 }))).toBeUndefined();
    expect(await shown('PATCH', '?attributes=onRequest', patch({ op: 'add', path: 'count', value: 2 }))).toBe('fourth');
    const excluded = '?excludedAttributes=onRequest';
    expect(await shown('PATCH', excluded, patch({ op: 'add', path: 'onRequest', value: 'x' }))).toBeUndefined();
    expect(
      await shown('PATCH', '?attributes=count', patch({ op: 'add', path: 'onRequest', value: 'y' })),
    ).toBeUndefined();
    expect(await shown('PUT', '', body())).toBeUndefined();
  });

  it('DAT-14, PRJ-09, PRJ-10, FLT-56: what is never or only on request shown is kept all the same', async () => {
    const { id, ...resource } = await made({ secretText: 'hush', onRequest: 'asked', alwaysText: 'always' });
    expect(resource).not.toHaveProperty('secretText');
    expect((await client.get(`${PATH}/${id}`)).body).not.toHaveProperty('onRequest');
    const asked = (await client.get(`${PATH}/${id}`, { attributes: 'onRequest,secretText' })).body;
    expect(asked).toEqual({ schemas: [BASE, EXTENSION], id, onRequest: 'asked', alwaysText: 'always' });
    expect(await client.get(PATH, { filter: 'secretText eq "hush"' })).toMatchObject({ status: 400 });
    await client.put(`${PATH}/${id}`, body({ displayName: 'other' }));
    const stored = await stage.server.database.read<{ secret: string }>({
      text: `SELECT document->>'secretText' AS secret FROM resources WHERE id = $1`,
      values: [id],
    });
    expect(stored).toEqual([{ secret: 'hush' }]);
  });

  it('PUT-05: what is readOnly is ignored', async () => {
    const { readOnlyText } = await made({ readOnlyText: 'mine' });
    expect(readOnlyText).toBeUndefined();
  });

  it('DAT-16, DEL-04: a unique value is one resource’s until that goes or gives it up', async () => {
    const value = unique();
    const { id } = await made({ uniqueText: value });
    const again = await client.post(PATH, body({ uniqueText: value.toUpperCase() }));
    expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    const other = await made({ uniqueText: unique() });
    for (const answer of [
      await client.put(`${PATH}/${other.id}`, body({ uniqueText: value })),
      await client.patch(`${PATH}/${other.id}`, { op: 'replace', path: 'uniqueText', value }),
    ]) {
      expect(answer).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    }
    expect(await client.put(`${PATH}/${id}`, body({ uniqueText: value }))).toMatchObject({ status: 200 });
    await client.patch(`${PATH}/${id}`, { op: 'remove', path: 'uniqueText' });
    expect(await client.patch(`${PATH}/${other.id}`, { op: 'replace', path: 'uniqueText', value })).toMatchObject({
      status: 200,
    });
    await client.delete(`${PATH}/${other.id}`);
    await made({ uniqueText: value });
  });

  it('DAT-16: of 20 resources with the same unique value at once one comes to be', async () => {
    const uniqueText = unique();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.post(PATH, body({ uniqueText }))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
  });

  it('ETG-03, ETG-04, PAT-18: If-Match is honoured, and what changes nothing leaves the version', async () => {
    const { id, displayName } = await made();
    const stale = await client.send('PUT', `${PATH}/${id}`, { body: body(), headers: { 'if-match': 'W/"9"' } });
    expect(stale.status).toBe(412);
    const same = await client.patch(`${PATH}/${id}`, { op: 'replace', path: 'displayName', value: displayName ?? '' });
    expect(same.headers.get('etag')).toBe('W/"1"');
    const known = await client.send('GET', `${PATH}/${id}`, { headers: { 'if-none-match': 'W/"1"' } });
    expect(known.status).toBe(304);
  });

  it('LST-07, SRCH-01: is found by queries of the root and by .search', async () => {
    const { id, displayName } = await made();
    const filter = `displayName eq "${displayName}"`;
    const root = await client.get('/', { filter });
    expect((root.body.Resources as JsonObject[]).map((resource) => resource.id)).toEqual([id]);
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'], filter };
    expect((await client.post(`${PATH}/.search`, search)).body).toMatchObject({ totalResults: 1 });
  });

  it('AUTH-10: belongs to the connection that made it; another may read it and not write it', async () => {
    const { id } = await made();
    const other = await stage.connect();
    expect((await other.get(`${PATH}/${id}`)).status).toBe(200);
    expect((await other.put(`${PATH}/${id}`, body())).status).toBe(403);
    expect((await other.delete(`${PATH}/${id}`)).status).toBe(204);
    expect((await client.get(`${PATH}/${id}`)).status).toBe(200);
    const own = await stage.connect({ sees: 'own' });
    expect((await own.get(`${PATH}/${id}`)).status).toBe(404);
    expect((await own.get(PATH)).body).toMatchObject({ totalResults: 0 });
  });
});
