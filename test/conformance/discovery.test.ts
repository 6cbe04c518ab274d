import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ScimServer, startScimServer } from '../support/scim-server.js';

// biome-ignore lint/suspicious/noExplicitAny: published JSON, looked into piece by piece
type Json = any;

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const PATHS = ['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/User', '/Schemas', `/Schemas/${CORE}:User`];

let server: ScimServer;
beforeAll(async () => {
  server = await startScimServer();
});
afterAll(() => server.close());

const get = (path: string) => server.request('GET', path, undefined, { authorization: null });
const attribute = (schema: Json, name: string): Json => schema.attributes.find((each: Json) => each.name === name);
const sub = (schema: Json, name: string, subName: string): Json =>
  attribute(schema, name).subAttributes.find((each: Json) => each.name === subName);

function everyAttribute(schemas: Json[]): { attribute: Json; parent: Json | undefined; schema: string }[] {
  return schemas.flatMap((schema) =>
    schema.attributes.flatMap((parent: Json) => [
      { attribute: parent, parent: undefined, schema: schema.id },
      ...(parent.subAttributes ?? []).map((each: Json) => ({ attribute: each, parent, schema: schema.id })),
    ]),
  );
}

describe('ServiceProviderConfig', () => {
  it('SPC-01 SPC-06 SPC-07 SPC-10 is one bare object, needs no token and knows its own URL', async () => {
    const { status, body } = await get('/ServiceProviderConfig');
    expect(status).toBe(200);
    expect(body.schemas).toEqual([`${CORE}:ServiceProviderConfig`]);
    expect(body.meta).toEqual({
      resourceType: 'ServiceProviderConfig',
      location: `${server.baseUrl}/ServiceProviderConfig`,
    });
    expect((await server.request('GET', '/ServiceProviderConfigs')).status).toBe(404);
  });

  it('SPC-02 SPC-12 SPC-13 SPC-14 has all flags as booleans and limits as positive integers', async () => {
    const { body } = await get('/ServiceProviderConfig');
    expect(body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true },
      filter: { supported: true, maxResults: server.config.limits.pageSizeMax },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        cursorTimeout: server.config.queries.cursorTimeoutSeconds,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: server.config.limits.pageSizeDefault,
        maxPageSize: server.config.limits.pageSizeMax,
      },
    });
    for (const limit of [body.bulk.maxOperations, body.bulk.maxPayloadSize]) {
      expect(Number.isInteger(limit) && limit > 0).toBe(true);
    }
    expect(body.documentationUri ?? 'https:').toMatch(/^https?:/);
  });

  it('SPC-03 SPC-04 describes the bearer token', async () => {
    const { authenticationSchemes } = (await get('/ServiceProviderConfig')).body;
    expect(authenticationSchemes).toHaveLength(1);
    expect(authenticationSchemes[0]).toMatchObject({
      type: 'oauthbearertoken',
      name: expect.any(String),
      description: expect.any(String),
      primary: true,
    });
  });

  it('SPC-02 offers to change passwords where the connection stores them', async () => {
    const other = await server.connect({ passwords: 'store' });
    const { body } = await other.request('GET', '/ServiceProviderConfig');
    expect(body.changePassword.supported).toBe(true);
    expect(body.meta.location).toBe(`${other.baseUrl}/ServiceProviderConfig`);
  });

  it('SPC-05 RT-09 SCH-20 HTTP-02 cannot be changed, nor can the other discovery endpoints', async () => {
    const before = new Map<string, string>();
    for (const path of PATHS) before.set(path, (await get(path)).text);
    for (const path of PATHS) {
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const { status, headers, body } = await server.request(method, path, method === 'DELETE' ? undefined : {});
        expect([path, method, status]).toEqual([path, method, 405]);
        expect(headers.get('allow')).toBe('GET, HEAD');
        expect(body).toMatchObject({ schemas: [ERROR], status: '405' });
      }
      expect((await get(path)).text).toBe(before.get(path));
    }
  });

  it('SPC-08 RT-08 SCH-19 refuses a filter', async () => {
    for (const path of PATHS) {
      const { status, body } = await get(`${path}?filter=${encodeURIComponent('name eq "User"')}`);
      expect(status).toBe(403);
      expect(body).toMatchObject({ schemas: [ERROR], status: '403' });
    }
  });

  it('SPC-09 answers 501 to what it does not offer: /Me for a token that stands for nobody', async () => {
    expect((await server.request('GET', '/Me')).status).toBe(501);
  });

  it('answers HEAD without a body, and 404 for a connection that does not exist', async () => {
    const head = await server.request('HEAD', '/Schemas', undefined, { authorization: null });
    expect([head.status, head.text]).toEqual([200, '']);
    const response = await fetch(`${server.origin}/scim/v2/aaaaaaaaaa/Schemas`);
    expect([response.status, await response.json()]).toMatchObject([404, { schemas: [ERROR] }]);
  });
});

describe('ResourceTypes', () => {
  it('RT-01 RT-07 RT-10 lists every type on one page', async () => {
    for (const query of ['', '?startIndex=2&count=1', '?sortBy=name&sortOrder=descending']) {
      const { status, body } = await get(`/ResourceTypes${query}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ totalResults: 2, startIndex: 1, itemsPerPage: 2 });
      expect(body.Resources.map((type: Json) => type.name)).toEqual(['User', 'Group']);
      for (const type of body.Resources) expect(type.schemas).toEqual([`${CORE}:ResourceType`]);
    }
  });

  it('RT-02 RT-03 RT-06 RT-11 gives one type bare, and 404 for others', async () => {
    const { body } = await get('/ResourceTypes/User');
    expect(body).toMatchObject({ id: 'User', name: 'User', endpoint: '/Users', schema: `${CORE}:User` });
    expect(body.description).toEqual(expect.any(String));
    expect(body.meta.location).toBe(`${server.baseUrl}/ResourceTypes/User`);
    for (const name of ['Nope', 'user', '__proto__', 'constructor', 'User/x']) {
      const { status, body: error } = await get(`/ResourceTypes/${name}`);
      expect([name, status, error.status]).toEqual([name, 404, '404']);
    }
  });

  it('RT-04 RT-05 RT-06 names schemas that are published, and unique endpoints', async () => {
    const types: Json[] = (await get('/ResourceTypes')).body.Resources;
    const ids = (await get('/Schemas')).body.Resources.map((schema: Json) => schema.id);
    expect(new Set(types.map((type) => type.endpoint)).size).toBe(types.length);
    expect(new Set(types.map((type) => type.name)).size).toBe(types.length);
    for (const type of types) {
      expect(type.id).toBe(type.name);
      expect(type.endpoint).toMatch(/^\/[A-Za-z]+$/);
      expect((await get(`/ResourceTypes/${type.name.toLowerCase()}`)).status).toBe(404);
      expect(ids).toContain(type.schema);
      for (const { schema, required } of type.schemaExtensions ?? []) {
        expect(ids).toContain(schema);
        expect(required).toBe(false);
      }
    }
  });
});

describe('Schemas', () => {
  let schemas: Json[];
  const named = (id: string): Json => schemas.find((schema) => schema.id === id);
  beforeAll(async () => {
    schemas = (await get('/Schemas')).body.Resources;
  });

  it('SCH-01 SCH-18 lists every schema, whatever page is asked for', async () => {
    const { body } = await get('/Schemas?startIndex=3&count=1&sortBy=id');
    const ids = body.Resources.map((schema: Json) => schema.id);
    expect(body).toMatchObject({ totalResults: 6, itemsPerPage: 6, startIndex: 1 });
    const discovery = ['ServiceProviderConfig', 'ResourceType', 'Schema'].map((name) => `${CORE}:${name}`);
    expect([...ids].sort()).toEqual([`${CORE}:User`, `${CORE}:Group`, ENTERPRISE, ...discovery].sort());
  });

  it('SCH-17 COM-14 has one for every URN in the schemas of a resource', async () => {
    const manager = { value: 'x' };
    const { body: user } = await server.request('POST', '/Users', {
      schemas: [`${CORE}:User`],
      userName: 'everything@example.com',
      [ENTERPRISE]: { department: 'd', manager },
    });
    const members = [{ value: user.id }];
    const { body: group } = await server.request('POST', '/Groups', {
      schemas: [`${CORE}:Group`],
      displayName: 'g',
      members,
    });
    const discovered = [(await get('/ServiceProviderConfig')).body, ...(await get('/ResourceTypes')).body.Resources];
    const urns = [user, group, ...discovered, ...schemas].flatMap((resource) => resource.schemas);
    expect(new Set(urns).size).toBe(6);
    for (const urn of new Set(urns)) expect((await get(`/Schemas/${urn}`)).body.id).toBe(urn);
  });

  it('SCH-02 SCH-03 SCH-16 gives one schema by its URN, raw or percent-encoded', async () => {
    for (const id of [`${CORE}:User`, encodeURIComponent(`${CORE}:User`)]) {
      const { status, body } = await get(`/Schemas/${id}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ schemas: [`${CORE}:Schema`], id: `${CORE}:User` });
      expect(body.meta).toEqual({ resourceType: 'Schema', location: `${server.baseUrl}/Schemas/${CORE}:User` });
    }
    const messages = ['Error', 'ListResponse', 'SearchRequest', 'PatchOp', 'BulkRequest', 'BulkResponse'].map(
      (name) => `urn:ietf:params:scim:api:messages:2.0:${name}`,
    );
    for (const id of ['nope', `${CORE}:Nope`, ...messages]) {
      expect([id, (await get(`/Schemas/${id}`)).status]).toEqual([id, 404]);
      expect(schemas.map((schema) => schema.id)).not.toContain(id);
    }
  });

  it('SCH-04 SCH-05 SCH-25 SCH-26 spells every characteristic out', () => {
    for (const { attribute: each } of everyAttribute(schemas)) {
      expect(['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex']).toContain(
        each.type,
      );
      expect(['readOnly', 'readWrite', 'immutable', 'writeOnly']).toContain(each.mutability);
      expect(['always', 'never', 'default', 'request']).toContain(each.returned);
      expect([typeof each.multiValued, typeof each.required, typeof each.description]).toEqual([
        'boolean',
        'boolean',
        'string',
      ]);
      if (each.type === 'complex') continue;
      expect(typeof each.caseExact).toBe('boolean');
      expect(['none', 'server', 'global']).toContain(each.uniqueness);
    }
    expect(JSON.stringify(schemas)).not.toContain('null');
  });

  it('SCH-06 SCH-07 SCH-08 SCH-23 SCH-24 keeps to the shape of attributes', () => {
    for (const { attribute: each, parent, schema } of everyAttribute(schemas)) {
      expect(each.name).toMatch(/^\$?[A-Za-z][\w-]*$/);
      if (parent !== undefined && schema !== `${CORE}:Schema`) expect(each.type).not.toBe('complex');
      expect((each.subAttributes ?? []).length > 0).toBe(each.type === 'complex');
      if (each.type === 'complex')
        expect([each.uniqueness ?? 'none', each.caseExact ?? false]).toEqual(['none', false]);
      expect(each.referenceTypes !== undefined).toBe(each.type === 'reference');
    }
  });

  it('SCH-09 SCH-10 SCH-11 SCH-12 SCH-13 SCH-14 has the errata', () => {
    expect(attribute(named(`${CORE}:Group`), 'displayName').required).toBe(true);
    expect(sub(named(`${CORE}:User`), 'groups', '$ref').referenceTypes).toEqual(['Group']);
    expect(sub(named(ENTERPRISE), 'manager', 'value').caseExact).toBe(true);
    for (const { attribute: each } of everyAttribute(schemas)) {
      if (each.type === 'reference' || each.type === 'binary')
        expect([each.name, each.caseExact]).toEqual([each.name, true]);
    }
    expect(sub(named(`${CORE}:User`), 'addresses', 'primary').type).toBe('boolean');
    expect(sub(named(`${CORE}:Group`), 'members', 'display')).toBeDefined();
  });

  it('SPC-11 SCH-15 has the errata of the discovery schemas', () => {
    const config = named(`${CORE}:ServiceProviderConfig`);
    expect(attribute(config, 'etag')).toBeDefined();
    expect(sub(config, 'authenticationSchemes', 'type').required).toBe(true);
    expect(attribute(named(`${CORE}:ResourceType`), 'schemaExtensions').multiValued).toBe(true);
    expect(sub(named(`${CORE}:Schema`), 'attributes', 'referenceTypes').multiValued).toBe(true);
  });

  it('SCH-21 SCH-22 SCH-27 has no common attributes, and the characteristics of section 8.7.1', () => {
    const user = named(`${CORE}:User`);
    for (const name of ['id', 'externalId', 'meta', 'schemas']) expect(attribute(user, name)).toBeUndefined();
    const canonical = {
      emails: ['work', 'home', 'other'],
      addresses: ['work', 'home', 'other'],
      phoneNumbers: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
      photos: ['photo', 'thumbnail'],
      ims: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo', 'other'],
      groups: ['direct', 'indirect'],
    };
    for (const [name, values] of Object.entries(canonical)) {
      expect([name, sub(user, name, 'type').canonicalValues]).toEqual([name, values]);
    }
    expect(sub(named(`${CORE}:Group`), 'members', 'type').canonicalValues).toEqual(['User', 'Group']);
    expect(attribute(user, 'userName')).toMatchObject({ required: true, caseExact: false, uniqueness: 'server' });
    expect(attribute(user, 'password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    expect(attribute(user, 'groups').mutability).toBe('readOnly');
    for (const each of attribute(user, 'groups').subAttributes) expect(each.mutability).toBe('readOnly');
    for (const name of ['value', '$ref', 'type', 'display']) {
      expect(sub(named(`${CORE}:Group`), 'members', name).mutability).toBe('immutable');
    }
    expect(sub(named(ENTERPRISE), 'manager', 'displayName').mutability).toBe('readOnly');
  });
});
