import { describe, expect, it } from '@jest/globals';
import { expectAnswer, expectList, useLife } from '../support/idp-life.ts';
import { GROUP, OKTA_HEADERS, USER, where } from '../support/idp-messages.ts';

const OKTA = 'urn:okta:scim:schemas:core:1.0';
const EDITOR = { value: 'studio:editor', display: 'Studio: editor', type: 'studio' };
const READER = { value: 'wiki:reader', display: 'Wiki: reader', type: 'wiki' };
const NOBODY = { held: [] };
const ONE = 'count=1&startIndex=1';

interface Element {
  readonly value: string;
  readonly display: string;
  readonly type?: string;
}

describe.each([
  { assign: false, does: 'is shown access' },
  { assign: true, does: 'is shown access and assigns' },
])('Okta with entitlements, which $does', ({ assign }) => {
  const connection = { profile: 'okta', roles: 'okta', showEntitlements: true, assign } as const;
  const life = useLife({ connection, headers: OKTA_HEADERS });
  const id = { mara: '', jon: '', readers: '' };
  let licence: Element;

  const get = async (userId: string) => expectAnswer(await life().send('GET', `/Users/${userId}`), 200);

  /** GET, then PUT of the server's own body with Okta's values in it. */
  async function readAndPut(userId: string, values: object) {
    return expectAnswer(await life().send('PUT', `/Users/${userId}`, { ...(await get(userId)), ...values }), 200);
  }

  async function create(userName: string, attributes: object = {}): Promise<string> {
    const { send } = life();
    expectList(await send('GET', `/Users${where(`userName eq "${userName}"`)}&startIndex=1&count=100`), []);
    const body = { schemas: [USER], userName, ...attributes, groups: [], password: 'placeholder', active: true };
    return expectAnswer(await send('POST', '/Users', body), 201).id;
  }

  it('finds out what there is: resource types, schemas, and each type of its own', async () => {
    const { send } = life();
    const types: { name: string; endpoint: string; schema: string }[] = expectAnswer(
      await send('GET', '/ResourceTypes'),
      200,
    ).Resources;
    const own = types.filter(({ schema }) => schema.startsWith('urn:okta:'));
    expect(own.map(({ name, endpoint }) => [name, endpoint])).toEqual([
      ['Role', '/Roles'],
      ['License', '/Licenses'],
    ]);
    const schemas: { id: string }[] = expectAnswer(await send('GET', '/Schemas'), 200).Resources;
    for (const { schema } of own) expect(schemas.map((one) => one.id)).toContain(schema);
    for (const { endpoint, schema } of own) {
      const page = expectAnswer(await send('GET', `${endpoint}?${ONE}`), 200);
      expect(page).toMatchObject({ startIndex: 1, itemsPerPage: 1, Resources: [{ schemas: [schema] }] });
      for (const { id: value, displayName, description = '' } of page.Resources) {
        expect([typeof value, typeof displayName]).toEqual(['string', 'string']);
        expect(description.length).toBeLessThanOrEqual(1000);
      }
    }
  });

  it('imports the roles and licences, page by page', async () => {
    const { send } = life();
    const all = async (endpoint: string) => {
      const found = [];
      for (let startIndex = 1; ; startIndex += 1) {
        const page = expectAnswer(await send('GET', `${endpoint}?startIndex=${startIndex}&count=1`), 200);
        found.push(...page.Resources);
        if (startIndex >= page.totalResults) return found;
      }
    };
    expect(await all('/Roles')).toMatchObject([
      { schemas: [`${OKTA}:Role`], id: EDITOR.value, displayName: EDITOR.display },
      { schemas: [`${OKTA}:Role`], id: READER.value, displayName: READER.display },
    ]);
    const licences = await all('/Licenses');
    expect(licences).toMatchObject([{ schemas: [`${OKTA}:Entitlement`], type: 'License', displayName: 'Studio' }]);
    licence = { value: licences[0].id, display: 'Studio', type: 'License' };
  });

  it('creates people with roles and licences: they are given where the connection assigns', async () => {
    const wanted = { roles: [{ value: EDITOR.value, display: EDITOR.display }], entitlements: [licence] };
    id.mara = await create('mara@north.example', { externalId: '00u-mara', ...wanted });
    const mara = await get(id.mara);
    if (assign) expect(mara).toMatchObject({ roles: [EDITOR], entitlements: [licence] });
    else for (const attribute of ['roles', 'entitlements']) expect(mara).not.toHaveProperty(attribute);
    await life().expectSeats({ studio: assign ? { held: [id.mara] } : NOBODY, wiki: NOBODY });
  });

  it('puts back what it read: nothing changes', async () => {
    const { expectLog } = life();
    const before = await get(id.mara);
    expect(await readAndPut(id.mara, {})).toEqual(before);
    await expectLog({ action: 'user.update', objectId: id.mara, outcome: 'skipped' });
  });

  it('sees the access of a pushed group', async () => {
    const { send, grant, expectSeats } = life();
    id.jon = await create('jon@north.example', { externalId: '00u-jon' });
    const group = { schemas: [GROUP], displayName: 'Readers', members: [] };
    id.readers = expectAnswer(await send('POST', '/Groups', group), 201).id;
    await grant('wiki', id.readers);
    const members = [{ value: id.jon, display: 'jon@north.example' }];
    expectAnswer(await send('PUT', `/Groups/${id.readers}`, { ...group, members }), 200);
    expect(await get(id.jon)).toMatchObject({ roles: [READER] });
    await expectSeats({ studio: assign ? { held: [id.mara] } : NOBODY, wiki: { held: [id.jon] } });
  });

  it('reads a user, takes the user out of the group, and puts the old body back: the access goes and stays gone', async () => {
    const { send, expectSeats } = life();
    const old = await get(id.jon);
    expect(old.roles).toEqual([READER]);
    const group = { schemas: [GROUP], displayName: 'Readers', members: [] };
    expectAnswer(await send('PUT', `/Groups/${id.readers}`, group), 200);
    const seats = { studio: assign ? { held: [id.mara] } : NOBODY, wiki: NOBODY };
    await expectSeats(seats);

    const answer = expectAnswer(await send('PUT', `/Users/${id.jon}`, { ...old, displayName: 'Jon' }), 200);
    expect(answer).toMatchObject({ displayName: 'Jon' });
    expect(answer).not.toHaveProperty('roles');
    await expectSeats(seats);
    // What it reads next, and puts back again, has nothing left of it.
    expect(await readAndPut(id.jon, { displayName: 'Jon B.' })).not.toHaveProperty('roles');
    const page = expectAnswer(await send('GET', '/Users?startIndex=1&count=100'), 200);
    expect(page.Resources.find((user: { id: string }) => user.id === id.jon)).not.toHaveProperty('roles');
    await expectSeats(seats);
  });

  it('assigns a role on top of what it read, which waits while the licence is full', async () => {
    const { expectSeats } = life();
    const answer = await readAndPut(id.jon, { roles: [{ value: EDITOR.value, display: EDITOR.display }] });
    if (!assign) {
      expect(answer).not.toHaveProperty('roles');
      return;
    }
    expect(answer.roles).toEqual([EDITOR]);
    expect(answer).not.toHaveProperty('entitlements');
    const studio = { held: [id.mara], waiting: [id.jon] };
    await expectSeats({ studio, wiki: NOBODY });
    await readAndPut(id.jon, { displayName: 'Jon C.' });
    await expectSeats({ studio, wiki: NOBODY });
  });

  it('unassigns: the seat goes to who waits', async () => {
    const { expectSeats } = life();
    const answer = await readAndPut(id.mara, { roles: [], entitlements: [] });
    for (const attribute of ['roles', 'entitlements']) expect(answer).not.toHaveProperty(attribute);
    await expectSeats({ studio: assign ? { held: [id.jon] } : NOBODY, wiki: NOBODY });
    if (assign) expect(await get(id.jon)).toMatchObject({ roles: [EDITOR], entitlements: [licence] });
  });

  it('deactivates and activates: access goes and comes with the person', async () => {
    const { expectSeats } = life();
    const inactive = await readAndPut(id.jon, { active: false });
    expect(inactive).not.toHaveProperty('entitlements');
    await expectSeats({ studio: NOBODY, wiki: NOBODY });
    await readAndPut(id.jon, { active: true });
    await expectSeats({ studio: assign ? { held: [id.jon] } : NOBODY, wiki: NOBODY });
  });
});
