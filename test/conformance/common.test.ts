import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSite } from '../../src/directory/index.js';
import { resourcesOf, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { countUsers, metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, ERROR, GROUP, LIST_RESPONSE, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

describe('id', () => {
  it('COM-01: is in every representation, whatever projection is asked for', async () => {
    const { generic } = stage;
    const { id } = await generic.user();
    for (const projection of [{}, { attributes: 'title' }, { excludedAttributes: 'id,userName' }]) {
      expect((await generic.get(`/Users/${id}`, projection)).body.id).toBe(id);
      const listed = await generic.get('/Users', { filter: `id eq "${id}"`, ...projection });
      expect(resourcesOf(listed).map((user) => user.id)).toEqual([id]);
    }
  });

  it('COM-02: is unique over all types and never used again', async () => {
    const { generic } = stage;
    const userName = unique('again');
    const first = await generic.user({ userName });
    const group = await generic.group();
    expect((await generic.delete(`/Users/${first.id}`)).status).toBe(204);
    const second = await generic.user({ userName });
    expect(new Set([first.id, group.id, second.id]).size).toBe(3);
    expect((await generic.get(`/Users/${first.id}`)).status).toBe(404);
  });

  it('COM-03: is issued by the server; one in the body of POST or PUT is ignored', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const wanted = '0190aaaa-0000-7000-8000-000000000001';
      const user = await client.user({ id: wanted });
      expect(user.id).not.toBe(wanted);
      const { userName = '' } = user;
      const answer = await client.put(`/Users/${user.id}`, { schemas: [USER], id: wanted, userName });
      expect(answer).toMatchObject({ status: 200, body: { id: user.id } });
      expect((await client.get(`/Users/${wanted}`)).status).toBe(404);
    }
  });

  it('COM-04: never contains the word bulkId', async () => {
    const { generic } = stage;
    const { id } = await generic.user({ id: 'bulkId:qwerty' });
    expect(id).not.toMatch(/bulkid/i);
  });

  it('COM-05: is compared with regard to case', async () => {
    const { generic } = stage;
    for (const [path, { id }] of [
      ['/Users', await generic.user()],
      ['/Groups', await generic.group()],
    ] as const) {
      const other = id.toUpperCase();
      expect(other).not.toBe(id);
      expectRefusal(await generic.get(`${path}/${other}`), { status: 404 });
      expectRefusal(
        await generic.put(`${path}/${other}`, { schemas: [USER, GROUP], userName: 'a', displayName: 'a' }),
        {
          status: 404,
        },
      );
      expectRefusal(await generic.delete(`${path}/${other}`), { status: 404 });
      expect((await generic.get(path, { filter: `id eq "${other}"` })).body.totalResults).toBe(0);
      expect((await generic.get(path, { filter: `id eq "${id}"` })).body.totalResults).toBe(1);
    }
  });
});

describe('externalId', () => {
  it('COM-06: is kept as sent, compared with regard to case and never set by the server', async () => {
    const { generic } = stage;
    const externalId = `Ä b\t${unique('External')}`;
    const { id } = await generic.user({ externalId });
    expect(await generic.read(`/Users/${id}`)).toMatchObject({ externalId });
    expect(await countUsers(generic, `externalId eq ${JSON.stringify(externalId)}`)).toBe(1);
    expect(await countUsers(generic, `externalId eq ${JSON.stringify(externalId.toLowerCase())}`)).toBe(0);
    const other = await generic.user();
    expect(other).not.toHaveProperty('externalId');
    await generic.patch(`/Users/${other.id}`, { op: 'replace', path: 'externalId', value: 'Later' });
    expect(await generic.read(`/Users/${other.id}`)).toMatchObject({ externalId: 'Later' });
    await generic.patch(`/Users/${other.id}`, { op: 'remove', path: 'externalId' });
    expect(await generic.read(`/Users/${other.id}`)).not.toHaveProperty('externalId');
  });

  it('COM-07: is neither seen nor found by another connection, of the same site or of another', async () => {
    const { generic, server, connect } = stage;
    const externalId = unique('external');
    const { id } = await generic.user({ externalId });
    const neighbour = await connect();
    expect(await neighbour.read(`/Users/${id}`)).not.toHaveProperty('externalId');
    expect(await countUsers(neighbour, `externalId eq "${externalId}"`)).toBe(0);
    expect(await countUsers(neighbour, `id eq "${id}" and externalId pr`)).toBe(0);

    const site = await createSite(server.database, 'elsewhere', 'Another site');
    const stranger = await connect({}, site.id);
    expect((await stranger.get(`/Users/${id}`)).status).toBe(404);
    expect(await countUsers(stranger, `externalId eq "${externalId}"`)).toBe(0);

    const group = await generic.group({ externalId });
    const found = { filter: `externalId eq "${externalId}"` };
    expect((await generic.get('/Groups', found)).body.totalResults).toBe(1);
    expect(await neighbour.read(`/Groups/${group.id}`)).not.toHaveProperty('externalId');
    expect((await stranger.get(`/Groups/${group.id}`)).status).toBe(404);
    for (const client of [neighbour, stranger]) expect((await client.get('/Groups', found)).body.totalResults).toBe(0);
  });

  it('COM-08: need not be unique', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const externalId = unique('shared');
      await client.user({ externalId });
      await client.user({ externalId });
      expect(await countUsers(client, `externalId eq "${externalId}"`)).toBe(2);
    }
  });
});

describe('meta', () => {
  it('COM-09: is ignored in a body', async () => {
    const { generic, strict } = stage;
    const meta = { created: '2000-01-01T00:00:00Z', version: 'W/"99"', location: 'https://elsewhere.test/1' };
    for (const client of [generic, strict]) {
      const user = await client.user({ meta });
      expect(metaOf(user).created).not.toMatch(/^2000/);
      expect(metaOf(user).location).toBe(`${client.baseUrl}/Users/${user.id}`);
      const answer = await client.put(`/Users/${user.id}`, { schemas: [USER], userName: user.userName ?? '', meta });
      expect(answer).toMatchObject({ status: 200, body: { meta: { created: metaOf(user).created } } });
      expect((await client.read(`/Users/${user.id}`)).meta).toEqual(user.meta);
    }
  });

  it('COM-10: names the resource type of the endpoint', async () => {
    const { generic } = stage;
    expect(metaOf(await generic.user()).resourceType).toBe('User');
    expect(metaOf(await generic.group()).resourceType).toBe('Group');
  });

  it('COM-11: created stays; lastModified starts there and grows with every real change', async () => {
    const { generic } = stage;
    const user = await generic.user();
    const { created, lastModified } = metaOf(user);
    expect(created).toMatch(DATE_TIME);
    expect(lastModified).toBe(created);
    let before = lastModified;
    for (const title of ['one', 'two', 'three']) {
      await generic.patch(`/Users/${user.id}`, { op: 'replace', path: 'title', value: title });
      const meta = metaOf(await generic.read(`/Users/${user.id}`));
      expect(meta.created).toBe(created);
      expect(meta.lastModified > before).toBe(true);
      before = meta.lastModified;
    }
  });

  it('COM-12: location is the URI of the resource, as Location and Content-Location are', async () => {
    const { generic } = stage;
    for (const [endpoint, body] of [
      ['/Users', { schemas: [USER], userName: unique() }],
      ['/Groups', { schemas: [GROUP], displayName: unique() }],
    ] as const) {
      const created = await generic.post(endpoint, { ...body, schemas: [...body.schemas] });
      const path = `${endpoint}/${created.body.id}`;
      const location = `${generic.baseUrl}${path}`;
      expect(metaOf(await generic.read(path)).location).toBe(location);
      const answers = [
        created,
        await generic.get(path),
        await generic.put(path, { ...body, schemas: [...body.schemas], externalId: 'x' }),
        await generic.patch(`${path}?attributes=meta`, { op: 'remove', path: 'externalId' }),
      ];
      for (const { headers } of answers) {
        expect([headers.get('location'), headers.get('content-location')]).toEqual([location, location]);
      }
    }
  });

  it('COM-13: version is the ETag, byte for byte', async () => {
    const { generic } = stage;
    for (const path of [`/Users/${(await generic.user()).id}`, `/Groups/${(await generic.group()).id}`]) {
      const answer = await generic.get(path);
      expect(answer.body.meta).toMatchObject({ version: answer.headers.get('etag') });
    }
  });
});

describe('schemas', () => {
  it('COM-14: are in every resource and message, once each, and belong to the resource type', async () => {
    const { generic } = stage;
    const user = await generic.user({ schemas: [USER, ENTERPRISE, USER], [ENTERPRISE]: { department: 'd' } });
    expect(user.schemas).toEqual([USER, ENTERPRISE]);
    expect((await generic.group()).schemas).toEqual([GROUP]);
    expect((await generic.get('/Users', { count: 0 })).body.schemas).toEqual([LIST_RESPONSE]);
    expect((await generic.get('/Users/none')).body.schemas).toEqual([ERROR]);
  });

  it('COM-15: hold the base schema and the extensions in use', async () => {
    const { generic } = stage;
    const user = await generic.user({ schemas: [USER, ENTERPRISE] });
    expect(user.schemas).toEqual([USER]);
    await generic.patch(`/Users/${user.id}`, { op: 'add', path: `${ENTERPRISE}:department`, value: 'd' });
    expect((await generic.read(`/Users/${user.id}`)).schemas).toEqual([USER, ENTERPRISE]);
  });

  it('COM-16: an extension has its attributes in an object under its URN, the core never', async () => {
    const { generic } = stage;
    const { id } = await generic.user({ title: 't', [ENTERPRISE]: { department: 'd' } });
    const user = await generic.read(`/Users/${id}`);
    expect(user).toMatchObject({ title: 't', [ENTERPRISE]: { department: 'd' } });
    expect(user).not.toHaveProperty('department');
    expect(Object.keys(user)).not.toContain(USER);
  });

  it('COM-19: are in each resource of a list, also under a projection', async () => {
    const { generic } = stage;
    const { id } = await generic.user();
    for (const projection of [{ attributes: 'userName' }, { excludedAttributes: 'schemas' }]) {
      const answer = await generic.get('/Users', { filter: `id eq "${id}"`, ...projection });
      expect(resourcesOf(answer).map((user) => user.schemas)).toEqual([[USER]]);
    }
  });
});

describe('unassigned attributes', () => {
  const cleared = { title: null, emails: [] };
  const assigned = { title: 't', emails: [{ value: 'a@example.com' }] };
  const present = (id: string) => `id eq "${id}" and (title pr or emails pr)`;

  it('COM-17: null and [] are the same as nothing, in PUT and PATCH', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const { id, userName = '' } = await client.user(assigned);
      expect(await countUsers(client, present(id))).toBe(1);
      expect((await client.put(`/Users/${id}`, { schemas: [USER], userName, ...cleared })).status).toBe(200);
      expect(await countUsers(client, present(id))).toBe(0);

      const other = await client.user(assigned);
      const answer = await client.patch(`/Users/${other.id}`, { op: 'replace', value: cleared });
      expect(answer.status).toBe(200);
      expect(await countUsers(client, present(other.id))).toBe(0);
    }
  });

  it('COM-18: are left out of answers, never null', async () => {
    const { generic } = stage;
    const { id } = await generic.user({ ...cleared, name: { givenName: null }, [ENTERPRISE]: { manager: null } });
    const user = await generic.read(`/Users/${id}`);
    expect(Object.keys(user).toSorted()).toEqual(['active', 'id', 'meta', 'schemas', 'userName']);
  });
});
