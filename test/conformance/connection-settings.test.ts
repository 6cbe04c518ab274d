import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, patchBody, unique } from './support/client.ts';
import { expectRefusal } from './support/refusal.ts';
import { expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

const NOBODY = '01920000-0000-7000-8000-000000000000';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

/** The newest entry of the log about an object. */
async function logged(objectId: string) {
  const [entry] = await stage.server.database.write<{ outcome: string; steps: unknown; details: unknown }>(sql`
    SELECT outcome, steps, personal -> 'details' AS details FROM log_entries WHERE object_id = ${objectId}
    ORDER BY at DESC, id DESC LIMIT 1`);
  return entry;
}

describe('A-01: what a PUT does not mention', () => {
  const FULL = {
    externalId: 'ext',
    title: 'Smith',
    emails: [{ value: 'a@example.com', type: 'work' }],
    name: { givenName: 'Ada', familyName: 'Smith' },
    [ENTERPRISE]: { department: 'Forge', manager: { value: 'm-1' } },
  };

  async function put(client: Client, attributes: JsonObject): Promise<JsonObject> {
    const userName = unique('omitting');
    const { id } = await client.user({ userName, ...FULL });
    const { body } = expectOk(await client.put(`/Users/${id}`, { schemas: [USER], userName, ...attributes }));
    expect(await client.read(`/Users/${id}`)).toEqual(body);
    return body;
  }

  it('is unassigned, which is the default', async () => {
    const body = await put(stage.generic, { title: 'Baker' });
    expect(body).toMatchObject({ schemas: [USER], title: 'Baker', active: true });
    for (const name of ['externalId', 'emails', 'name', ENTERPRISE]) expect(body).not.toHaveProperty([name]);
  });

  it('stays under --put-omitted keep; null and [] unassign, complex values are replaced whole', async () => {
    const keeping = await stage.connect({ putOmitted: 'keep' });
    const body = await put(keeping, { TITLE: null, emails: [], name: { givenName: 'Eve' } });
    const { externalId } = FULL;
    expect(body).toMatchObject({ schemas: [USER, ENTERPRISE], externalId, [ENTERPRISE]: FULL[ENTERPRISE] });
    expect(body.name).toEqual({ givenName: 'Eve' });
    for (const name of ['title', 'emails']) expect(body).not.toHaveProperty([name]);
  });

  it('of an extension stays attribute by attribute; the extension as null goes whole', async () => {
    const keeping = await stage.connect({ putOmitted: 'keep' });
    const one = await put(keeping, { [ENTERPRISE]: { department: null, division: 'North' } });
    expect(one[ENTERPRISE]).toEqual({ division: 'North', manager: { value: 'm-1' } });
    const bare = await put(keeping, { department: 'Yard' });
    expect(bare[ENTERPRISE]).toEqual({ department: 'Yard', manager: { value: 'm-1' } });
    for (const nothing of [null, {}]) {
      const body = await put(keeping, { externalId: null, [ENTERPRISE]: nothing });
      expect(body).toMatchObject({ schemas: [USER], title: 'Smith' });
      expect(body).not.toHaveProperty(['externalId']);
    }
  });

  it('of a group are the members too', async () => {
    const keeping = await stage.connect({ putOmitted: 'keep' });
    const users = await keeping.users({ in: {}, out: {} });
    const { id } = await keeping.group({ externalId: 'g-1', members: [{ value: users.ids.in }] });
    const put = async (attributes: JsonObject) =>
      expectOk(await keeping.put(`/Groups/${id}`, { schemas: [GROUP], displayName: 'Keeping', ...attributes })).body;
    expect(await put({})).toMatchObject({ externalId: 'g-1', members: [{ value: users.ids.in }] });
    expect(await put({ members: [{ value: users.ids.out }] })).toMatchObject({ members: [{ value: users.ids.out }] });
    expect(await put({ members: [] })).not.toHaveProperty('members');
  });

  it('makes a PUT of what is there no change', async () => {
    const keeping = await stage.connect({ putOmitted: 'keep' });
    const { id, userName, meta } = await keeping.user(FULL);
    const { body } = await keeping.put(`/Users/${id}`, { schemas: [USER], userName: userName ?? '' });
    expect(body.meta).toEqual(meta);
  });
});

describe('A-27: members that do not exist', () => {
  const members = (...ids: readonly string[]) => ids.map((value) => ({ value }));

  it('are 400 by default, and nothing is done', async () => {
    const { id } = await stage.generic.user();
    const body = { schemas: [GROUP], displayName: unique('group'), members: members(id, NOBODY) };
    expectRefusal(await stage.generic.post('/Groups', body), { scimType: 'invalidValue', names: NOBODY });
  });

  it('are passed over under --unknown-members skip, and the log says which', async () => {
    const skipping = await stage.connect({ unknownMembers: 'skip' });
    const users = await skipping.users({ one: {}, two: {} });
    const known = [{ value: users.ids.one }];
    const { id, members: first } = await skipping.group({ members: members(users.ids.one, NOBODY, 'no-uuid') });
    expect(first).toMatchObject(known);
    const details = { unknownMembers: [NOBODY, 'no-uuid'], unknownMemberCount: 2 };
    const match = { step: 'match', result: expect.stringContaining('2 unknown members passed over') };
    expect(await logged(id)).toMatchObject({ outcome: 'success', details, steps: expect.arrayContaining([match]) });

    const add = { op: 'add', path: 'members', value: members(users.ids.two, NOBODY) };
    expectOk(await skipping.patch(`/Groups/${id}`, add), 204);
    expect((await skipping.read(`/Groups/${id}`)).members).toHaveLength(2);
    expect(await logged(id)).toMatchObject({ outcome: 'success', details: { unknownMembers: [NOBODY] } });

    const replaced = { schemas: [GROUP], displayName: 'Skipping', members: members(NOBODY, users.ids.one) };
    expect(expectOk(await skipping.put(`/Groups/${id}`, replaced)).body.members).toMatchObject(known);
    expectOk(await skipping.patch(`/Groups/${id}`, { ...add, value: members(NOBODY) }), 204);
    expect(await logged(id)).toMatchObject({ outcome: 'skipped', details: { unknownMembers: [NOBODY] } });
  });
});

describe('A-34: the name of a group', () => {
  const taken = { status: 409, scimType: 'uniqueness', names: /displayName/ };
  const rename = (client: Client, id: string, displayName: string) =>
    client.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: displayName });

  it('may repeat by default', async () => {
    const displayName = unique('shared');
    await stage.generic.group({ displayName });
    await stage.generic.group({ displayName });
  });

  it('is 409 under --unique-group-names when any group of the site has it, in any case, by POST, PUT and PATCH', async () => {
    const unifying = await stage.connect({ uniqueGroupNames: true });
    const displayName = unique('Only');
    const first = await stage.generic.group({ displayName });
    const body = { schemas: [GROUP], displayName: displayName.toUpperCase() };
    expectRefusal(await unifying.post('/Groups', body), taken);
    const other = await unifying.group();
    expectRefusal(await unifying.put(`/Groups/${other.id}`, body), taken);
    expectRefusal(await rename(unifying, other.id, displayName), taken);
    expect((await unifying.read(`/Groups/${other.id}`)).displayName).toBe(other.displayName);
    expect(await logged(other.id)).toMatchObject({ outcome: 'failure', details: { conflictsWith: first.id } });
    expectOk(await rename(unifying, other.id, String(other.displayName).toUpperCase()), 204);
  });

  it('is free again after a rename or a deletion', async () => {
    const unifying = await stage.connect({ uniqueGroupNames: true });
    const displayName = unique('Freed');
    const one = await unifying.group({ displayName });
    expectOk(await rename(unifying, one.id, unique('Renamed')), 204);
    const two = await unifying.group({ displayName });
    expectOk(await unifying.delete(`/Groups/${two.id}`), 204);
    await unifying.group({ displayName });
  });

  it('goes to one of many that want it at once', async () => {
    const unifying = await stage.connect({ uniqueGroupNames: true });
    const displayName = unique('Raced');
    const others = await Promise.all(Array.from({ length: 5 }, () => unifying.group()));
    const answers = await Promise.all([
      ...Array.from({ length: 5 }, () => unifying.post('/Groups', { schemas: [GROUP], displayName })),
      ...others.map(({ id }) => rename(unifying, id, displayName)),
    ]);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    for (const answer of answers) if (answer.status >= 300) expectRefusal(answer, taken);
  });

  it('that repeats already hinders no other change of the group', async () => {
    const displayName = unique('Doubled');
    const name = unique('connection');
    const late = await stage.connect({ name });
    const member = await late.user();
    const [one, two] = [await late.group({ displayName }), await late.group({ displayName })];
    await stage.server.database.write(sql`UPDATE connections SET unique_group_names = true WHERE name = ${name}`);
    for (const { id } of [one, two]) {
      const add = { op: 'add', path: 'members', value: [{ value: member.id }] };
      expectOk(await late.patch(`/Groups/${id}`, add), 204);
    }
  });
});

describe('A-36: discovery without a token', () => {
  const bare = (client: Client, path: string) => fetch(`${client.baseUrl}${path}`);

  it('is public by default', async () => {
    for (const path of ['/ServiceProviderConfig', '/Schemas', '/ResourceTypes/User']) {
      expect((await bare(stage.generic, path)).status).toBe(200);
    }
  });

  it('is ServiceProviderConfig alone under --discovery protected', async () => {
    const hidden = await stage.connect({ discovery: 'protected' });
    expect((await bare(hidden, '/ServiceProviderConfig')).status).toBe(200);
    for (const path of ['/Schemas', '/Schemas/urn:x', '/ResourceTypes', '/ResourceTypes/User']) {
      const answer = await bare(hidden, path);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="rollcall"']);
      expect(await answer.json()).toMatchObject({ status: '401' });
    }
    for (const path of ['/Schemas', '/ResourceTypes/User']) expectOk(await hidden.get(path));
    expectRefusal(await hidden.get('/Schemas/urn:x'), { status: 404 });
  });
});

describe('reactivation', () => {
  const person = (externalId: string, attributes: JsonObject = {}) => ({
    schemas: [USER],
    userName: unique('returning'),
    externalId,
    ...attributes,
  });

  it('brings a deactivated user back by externalId, under the same id, with what the POST says', async () => {
    const returning = await stage.connect({ reactivate: true });
    const body = person(unique('ext'), { title: 'Smith' });
    const user = await returning.user(body);
    expectOk(
      await returning.send('PATCH', `/Users/${user.id}`, {
        body: patchBody({ op: 'replace', value: { active: false } }),
      }),
    );
    const now = { ...body, userName: unique('renamed'), title: 'Baker' };
    const answer = expectOk(await returning.post('/Users', now), 201);
    expect(answer.body).toMatchObject({ ...now, id: user.id, active: true });
    expect(answer.headers.get('location')).toBe(metaOf(user).location);
    expect(metaOf(answer.body).created).toBe(metaOf(user).created);
    const [entry] = await stage.server.database.write(sql`
      SELECT action, outcome, changed FROM log_entries WHERE object_id = ${user.id} ORDER BY at DESC, id DESC LIMIT 1`);
    expect(entry).toEqual({
      action: 'user.reactivate',
      outcome: 'success',
      changed: expect.arrayContaining(['active']),
    });
  });

  it('is for the deactivated alone: 409 for who is active, suspended, somebody else’s, or to stay inactive', async () => {
    const returning = await stage.connect({ reactivate: true });
    const taken = { status: 409, scimType: 'uniqueness', names: /userName/ };
    const active = person(unique('ext'));
    await returning.user(active);
    expectRefusal(await returning.post('/Users', active), taken);

    const inactive = person(unique('ext'), { active: false });
    await returning.user(inactive);
    expectRefusal(await returning.post('/Users', inactive), taken);

    const suspended = person(unique('ext'));
    const { id } = await returning.user(suspended);
    await stage.server.database.write(sql`UPDATE users SET state = 'suspended' WHERE id = ${id}`);
    expectRefusal(await returning.post('/Users', suspended), taken);

    const foreign = person(unique('ext'), { active: false });
    await stage.generic.user(foreign);
    expectRefusal(await returning.post('/Users', { ...foreign, active: true }), taken);
  });

  it('does not guess between two, and is off by default', async () => {
    const returning = await stage.connect({ reactivate: true });
    const externalId = unique('ext');
    const ids = [
      (await returning.user(person(externalId, { active: false }))).id,
      (await returning.user(person(externalId, { active: false }))).id,
    ];
    const created = expectOk(await returning.post('/Users', person(externalId)), 201).body;
    expect(ids).not.toContain(created.id);

    const body = person(unique('ext'), { active: false });
    await stage.generic.user(body);
    expectRefusal(await stage.generic.post('/Users', { ...body, active: true }), {
      status: 409,
      scimType: 'uniqueness',
    });
  });

  it('by many at once brings one back, and the others are 409', async () => {
    const returning = await stage.connect({ reactivate: true });
    const body = person(unique('ext'), { active: false });
    const { id } = await returning.user(body);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => returning.post('/Users', { ...body, active: true })),
    );
    expect(answers.filter(({ status }) => status === 201).map(({ body: user }) => user.id)).toEqual([id]);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(7);
  });

  it('keeps what the POST omits where the connection keeps what a PUT omits', async () => {
    const returning = await stage.connect({ reactivate: true, putOmitted: 'keep' });
    const body = person(unique('ext'));
    const { id } = await returning.user({ ...body, active: false, title: 'Smith' });
    expect(expectOk(await returning.post('/Users', body), 201).body).toMatchObject({
      id,
      title: 'Smith',
      active: true,
    });
  });
});
