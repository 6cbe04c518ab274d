import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createApplication, findApplication, type NewApplication } from '../../src/licensing/index.js';
import { type ScimClient, type ScimServer, startScimServer } from '../support/scim-server.js';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const OKTA = 'urn:okta:scim:schemas:core:1.0';

const APPLICATIONS: readonly NewApplication[] = [
  {
    key: 'wiki',
    name: 'Wiki',
    description: 'Where things are written down',
    roles: [
      { key: 'admin', name: 'Admin', takesSeat: true },
      { key: 'user', name: 'User', takesSeat: true },
      { key: 'guest', name: 'Guest', takesSeat: false },
    ],
    licence: { seats: 5, policy: 'wait' },
  },
  {
    key: 'board',
    name: 'Board',
    description: undefined,
    roles: [{ key: 'user', name: 'User', takesSeat: true }],
    licence: { seats: undefined, policy: 'wait' },
  },
];

let server: ScimServer;
let draft: ScimClient;
let okta: ScimClient;
const licence = { wiki: '', board: '' };

beforeAll(async () => {
  server = await startScimServer();
  draft = await server.connect({ roles: 'draft' });
  okta = await server.connect({ roles: 'okta' });
  for (const application of APPLICATIONS) {
    const actor = server.actor();
    await server.change.run(actor, { action: 'application.create', objectType: 'Application' }, () =>
      createApplication(actor, application),
    );
  }
  for (const key of ['wiki', 'board'] as const) {
    const [first] = (await findApplication(server.database, server.siteId, key)).licences;
    licence[key] = `${key}:${first?.id}`;
  }
});
afterAll(() => server.close());

const filtered = (path: string, filter: string) => draft.request('GET', `${path}?filter=${encodeURIComponent(filter)}`);
// biome-ignore lint/suspicious/noExplicitAny: answers, looked into piece by piece
const ids = (answer: { body: any }): string[] => answer.body.Resources.map((resource: { id: string }) => resource.id);

describe('discovery', () => {
  it('ROL-01 ServiceProviderConfig says what is offered, where the draft is on', async () => {
    const { body } = await draft.request('GET', '/ServiceProviderConfig');
    const offered = { supported: true, primarySupported: false, typeSupported: true, types: ['board', 'wiki'] };
    expect(body.RolesAndEntitlements).toEqual({
      roles: { ...offered, multipleRolesSupported: true },
      entitlements: { ...offered, multipleEntitlementsSupported: true },
    });
    for (const client of [server, okta]) {
      const other = await client.request('GET', '/ServiceProviderConfig');
      expect(other.body).not.toHaveProperty('RolesAndEntitlements');
    }
  });

  it('ROL-04 lists both types and their schemas, all readOnly, only where they are served', async () => {
    const types = (await draft.request('GET', '/ResourceTypes')).body.Resources;
    expect(types.map(({ name, endpoint, schema }: Record<string, string>) => [name, endpoint, schema])).toEqual([
      ['User', '/Users', `${CORE}:User`],
      ['Group', '/Groups', `${CORE}:Group`],
      ['Role', '/Roles', `${CORE}:Role`],
      ['Entitlement', '/Entitlements', `${CORE}:Entitlement`],
    ]);
    for (const name of ['Role', 'Entitlement']) {
      const { status, body } = await draft.request('GET', `/Schemas/${CORE}:${name}`);
      expect(status).toBe(200);
      const attributes: { name: string; mutability: string; required: boolean }[] = body.attributes;
      expect(attributes.map((attribute) => attribute.name)).toEqual([
        'value',
        'display',
        'type',
        'supported',
        'limitedAssignmentsPermitted',
        'totalAssignmentsPermitted',
        'totalAssignmentsUsed',
        'contains',
        'containedBy',
      ]);
      expect(new Set(attributes.map(({ mutability }) => mutability))).toEqual(new Set(['readOnly']));
      expect(attributes[0]).toMatchObject({ name: 'value', required: true });
      expect((await server.request('GET', `/Schemas/${CORE}:${name}`)).status).toBe(404);
      expect((await okta.request('GET', `/Schemas/${CORE}:${name}`)).status).toBe(404);
    }
    const none = (await server.request('GET', '/ResourceTypes')).body.Resources;
    expect(none.map(({ name }: { name: string }) => name)).toEqual(['User', 'Group']);
  });

  it('tells each connection its own types', async () => {
    const types = (await okta.request('GET', '/ResourceTypes')).body.Resources.slice(2);
    expect(types).toMatchObject([
      { id: 'Role', name: 'Role', endpoint: '/Roles', schema: `${OKTA}:Role` },
      { id: 'License', name: 'License', endpoint: '/Licenses', schema: `${OKTA}:Entitlement` },
    ]);
    for (const name of ['Role', 'Entitlement']) {
      expect((await okta.request('GET', `/Schemas/${OKTA}:${name}`)).body.id).toBe(`${OKTA}:${name}`);
    }
  });

  it('has no endpoint where nothing is served, for reads and writes alike', async () => {
    const nowhere: [ScimClient, string][] = [
      [server, '/Roles'],
      [server, '/Entitlements'],
      [server, '/Licenses'],
      [draft, '/Licenses'],
      [okta, '/Entitlements'],
    ];
    for (const [client, path] of nowhere) {
      expect((await client.request('GET', path)).status).toBe(404);
      expect((await client.request('GET', `${path}/wiki:user`)).status).toBe(404);
      expect((await client.request('POST', path, {})).status).toBe(404);
    }
  });
});

describe('/Roles and /Entitlements of the draft', () => {
  it('ROL-02 lists roles with their order and the seats of their licence', async () => {
    const { status, body } = await draft.request('GET', '/Roles');
    expect(status).toBe(200);
    expect(body).toMatchObject({ totalResults: 4, startIndex: 1, itemsPerPage: 4 });
    const meta = (id: string) => ({ resourceType: 'Role', location: `${draft.baseUrl}/Roles/${id}` });
    const wiki = { schemas: [`${CORE}:Role`], type: 'wiki', supported: true };
    const seats = { limitedAssignmentsPermitted: true, totalAssignmentsPermitted: 5, totalAssignmentsUsed: 0 };
    expect(body.Resources).toEqual([
      {
        schemas: [`${CORE}:Role`],
        id: 'board:user',
        value: 'board:user',
        display: 'Board: User',
        type: 'board',
        supported: true,
        limitedAssignmentsPermitted: false,
        meta: meta('board:user'),
      },
      {
        ...wiki,
        ...seats,
        id: 'wiki:admin',
        value: 'wiki:admin',
        display: 'Wiki: Admin',
        contains: ['wiki:user', 'wiki:guest'],
        meta: meta('wiki:admin'),
      },
      {
        ...wiki,
        limitedAssignmentsPermitted: false,
        id: 'wiki:guest',
        value: 'wiki:guest',
        display: 'Wiki: Guest',
        containedBy: ['wiki:admin', 'wiki:user'],
        meta: meta('wiki:guest'),
      },
      {
        ...wiki,
        ...seats,
        id: 'wiki:user',
        value: 'wiki:user',
        display: 'Wiki: User',
        contains: ['wiki:guest'],
        containedBy: ['wiki:admin'],
        meta: meta('wiki:user'),
      },
    ]);
  });

  it('ROL-03 lists licences as entitlements', async () => {
    const { body } = await draft.request('GET', '/Entitlements?sortBy=display');
    const meta = (id: string) => ({ resourceType: 'Entitlement', location: `${draft.baseUrl}/Entitlements/${id}` });
    expect(body.Resources).toEqual([
      {
        schemas: [`${CORE}:Entitlement`],
        id: licence.board,
        value: licence.board,
        display: 'Board',
        type: 'board',
        supported: true,
        limitedAssignmentsPermitted: false,
        meta: meta(licence.board),
      },
      {
        schemas: [`${CORE}:Entitlement`],
        id: licence.wiki,
        value: licence.wiki,
        display: 'Wiki',
        type: 'wiki',
        supported: true,
        limitedAssignmentsPermitted: true,
        totalAssignmentsPermitted: 5,
        totalAssignmentsUsed: 0,
        meta: meta(licence.wiki),
      },
    ]);
  });

  it('ROL-02 reads one role, whatever its colon is encoded as', async () => {
    for (const id of ['wiki:user', 'wiki%3Auser']) {
      const { status, headers, body } = await draft.request('GET', `/Roles/${id}`);
      expect([status, body.id]).toEqual([200, 'wiki:user']);
      expect(headers.get('content-location')).toBe(`${draft.baseUrl}/Roles/wiki:user`);
    }
    expect((await draft.request('GET', '/Roles/wiki:nobody')).status).toBe(404);
    expect((await draft.request('GET', '/Entitlements/wiki:user')).status).toBe(404);
  });

  it('ROL-02 filters, sorts, pages and projects like every list', async () => {
    expect(ids(await filtered('/Roles', 'type eq "wiki" and limitedAssignmentsPermitted eq true'))).toEqual([
      'wiki:admin',
      'wiki:user',
    ]);
    expect(ids(await filtered('/Roles', 'contains eq "wiki:guest"'))).toEqual(['wiki:admin', 'wiki:user']);
    expect(ids(await filtered('/Roles', 'containedBy co "admin"'))).toEqual(['wiki:guest', 'wiki:user']);
    expect(ids(await filtered('/Roles', 'not (contains pr)'))).toEqual(['board:user', 'wiki:guest']);
    expect(ids(await filtered('/Roles', 'display eq "WIKI: ADMIN"'))).toEqual(['wiki:admin']);
    expect(ids(await filtered('/Roles', 'totalAssignmentsPermitted ge 5'))).toEqual(['wiki:admin', 'wiki:user']);
    expect(ids(await filtered('/Roles', 'id eq "wiki:guest" or value eq "board:user"'))).toEqual([
      'board:user',
      'wiki:guest',
    ]);
    expect(ids(await filtered('/Roles', 'externalId pr'))).toEqual([]);
    expect(ids(await filtered('/Entitlements', 'meta.resourceType eq "Entitlement" and type eq "board"'))).toEqual([
      licence.board,
    ]);
    expect(ids(await filtered('/Entitlements', 'contains pr or containedBy eq "x"'))).toEqual([]);
    expect((await filtered('/Roles', 'userName eq "x"')).body.scimType).toBe('invalidFilter');

    const sorted = await draft.request('GET', '/Roles?sortBy=display&sortOrder=descending&count=2&attributes=display');
    expect(sorted.body).toMatchObject({ totalResults: 4, itemsPerPage: 2 });
    expect(sorted.body.Resources).toEqual([
      { schemas: [`${CORE}:Role`], id: 'wiki:user', display: 'Wiki: User' },
      { schemas: [`${CORE}:Role`], id: 'wiki:guest', display: 'Wiki: Guest' },
    ]);
    const walk: string[] = [];
    for (let startIndex = 1; startIndex <= 4; startIndex += 1) {
      const page = await draft.request('GET', `/Roles?startIndex=${startIndex}&count=1`);
      expect(page.body).toMatchObject({ totalResults: 4, startIndex, itemsPerPage: 1 });
      walk.push(...ids(page));
    }
    expect(walk).toEqual(['board:user', 'wiki:admin', 'wiki:guest', 'wiki:user']);
  });

  it('ROL-02 can be walked by cursor, searched, and found from the root', async () => {
    const walk: string[] = [];
    let cursor = '';
    do {
      const page = await draft.request('GET', `/Roles?cursor=${cursor}&count=3`);
      expect(page.status).toBe(200);
      walk.push(...ids(page));
      cursor = page.body.nextCursor ?? '';
    } while (cursor !== '');
    expect(walk).toEqual(['board:user', 'wiki:admin', 'wiki:guest', 'wiki:user']);

    const search = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter: 'type eq "wiki" and contains pr',
    };
    expect(ids(await draft.request('POST', '/Roles/.search', search))).toEqual(['wiki:admin', 'wiki:user']);
    expect((await server.request('POST', '/Roles/.search', search)).status).toBe(404);
    expect(ids(await draft.request('POST', '/.search', search)).sort()).toEqual(['wiki:admin', 'wiki:user']);
    expect(ids(await server.request('POST', '/.search', { ...search, filter: 'display sw "Wiki"' }))).toEqual([]);
  });

  it('ROL-04 answers writes with 405 and what is possible', async () => {
    for (const path of ['/Roles', '/Entitlements']) {
      const onType = await draft.request('POST', path, { schemas: [`${CORE}:Role`], value: 'x' });
      expect([onType.status, onType.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const { status, headers } = await draft.request(method, '/Roles/wiki:user', method === 'DELETE' ? undefined : {});
      expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    }
  });
});

describe("Okta's /Roles and /Licenses", () => {
  it('have what Okta reads', async () => {
    const roles = await okta.request('GET', '/Roles?count=1&startIndex=1');
    expect(roles.body).toMatchObject({ totalResults: 4, startIndex: 1, itemsPerPage: 1 });
    expect(roles.body.Resources).toEqual([
      {
        schemas: [`${OKTA}:Role`],
        id: 'board:user',
        displayName: 'Board: User',
        meta: { resourceType: 'Role', location: `${okta.baseUrl}/Roles/board:user` },
      },
    ]);
    const filter = encodeURIComponent('type eq "License" and description pr');
    const licences = await okta.request('GET', `/Licenses?filter=${filter}`);
    expect(licences.body.Resources).toEqual([
      {
        schemas: [`${OKTA}:Entitlement`],
        id: licence.wiki,
        type: 'License',
        displayName: 'Wiki',
        description: 'Where things are written down',
        meta: { resourceType: 'License', location: `${okta.baseUrl}/Licenses/${licence.wiki}` },
      },
    ]);
  });
});
