import { describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { listLog } from '../../src/log/index.js';
import { expectAnswer, expectList } from '../support/idp-life.ts';
import { ENTERPRISE, patchOp, USER, where, wherePlus } from '../support/idp-messages.ts';
import { useRequests } from '../support/idp-requests.ts';

const NOBODY = '01912f5e-0000-7000-8000-000000000000';

/** What every identity provider may send, whichever it is: by the numbers of the list of vectors. */
describe('vectors', () => {
  const { life, send, create, createGroup, patch, patched, memberIds } = useRequests();

  it.each([
    ['/Users', 'userName eq "nobody@east.example"'],
    ['/Users', 'externalId eq "nobody"'],
    ['/Users', 'id eq "nobody"'],
    ['/Users', 'emails[type eq "work"].value eq "nobody@east.example"'],
    ['/Users', 'emails eq "nobody@east.example"'],
    ['/Groups', 'displayName eq "nobody"'],
    ['/Groups', 'externalId eq "nobody"'],
    ['/Groups', 'members eq "nobody"'],
  ])('1: a lookup of nothing at %s by %s is 200 with an empty array', async (path, filter) => {
    expectList(await send('GET', path + where(filter)), []);
  });

  it('2: both media types come in, and SCIM JSON goes out with every status', async () => {
    const body = JSON.stringify({ schemas: [USER], userName: 'media@east.example' });
    const typed = (type: string) => send('POST', '/Users', body, { 'Content-Type': type });
    expectAnswer(await typed('application/json'), 201);
    expectAnswer(await typed('application/scim+json; charset=UTF-8'), 409);
    expectAnswer(await typed('text/plain'), 415);
    expectAnswer(await send('GET', '/Users', undefined, { Authorization: 'Basic eDp5' }), 401);
    expectAnswer(await send('GET', '/Nothing'), 404);
    expectAnswer(await send('POST', `/Users/${NOBODY}`, body), 405);
    expectAnswer(await send('POST', '/Users', `{"schemas":["${'x'.repeat(1_100_000)}"]}`), 413);
    expectAnswer(await send('POST', '/Users', '{"schemas":'), 400);
  });

  it('3: operations, names, URNs and filter words may have any case', async () => {
    const { id } = await create({ schemas: [USER.toUpperCase()], USERNAME: 'case@east.example', displayname: 'Case' });
    await patched(id, { op: 'rEpLaCe', path: 'NAME.GivenName', value: 'Anna' });
    const number = await patched(id, { op: 'ADD', path: `${ENTERPRISE.toUpperCase()}:employeenumber`, value: '7' });
    expect(number).toMatchObject({ name: { givenName: 'Anna' }, [ENTERPRISE]: { employeeNumber: '7' } });
    const filter = 'USERNAME Eq "CASE@east.example" AND nOT (Name.GIVENNAME EQ "x") And (title PR OR displayName pr)';
    expectList(await send('GET', `/Users${where(filter)}`), [id]);
  });

  it.each(['True', 'TRUE', 'true', 'False', 'FALSE', 'false'])('4: the boolean may be the string %s', async (text) => {
    const is = text.toLowerCase() === 'true';
    // Names are compared without regard to case; hexadecimal tells the spellings apart.
    const userName = `${Buffer.from(text).toString('hex')}@east.example`;
    expect((await create({ userName, active: text })).active).toBe(is);
    const { id } = await create({ userName: `other-${userName}`, active: !is });
    const body = { schemas: [USER], userName: `other-${userName}`, active: text };
    const put = await send('PUT', `/Users/${id}`, body);
    expect(expectAnswer(put, 200).active).toBe(is);
    await patched(id, { op: 'replace', path: 'active', value: !is });
    expect((await patched(id, { op: 'Replace', path: 'active', value: text })).active).toBe(is);
    expectList(await send('GET', `/Users${where(`id eq "${id}" and active eq "${text}"`)}`), [id]);
    const emails = [{ value: 'a@east.example', type: 'work', primary: text }];
    expect((await patched(id, { op: 'add', path: 'emails', value: emails })).emails[0].primary).toBe(is);
    expectList(await send('GET', `/Users${where(`id eq "${id}" and emails[primary eq "${text}"]`)}`), [id]);
  });

  it('5: null and the empty string clear what can be written', async () => {
    const all = { title: 'Smith', nickName: 'Fe', locale: 'nl', emails: [{ value: 'a@east.example', type: 'home' }] };
    const { id } = await create({ userName: 'clear@east.example', ...all, addresses: null, profileUrl: '' });
    const nothing = { title: '', nickName: null, emails: null, displayName: '' };
    const put = await send('PUT', `/Users/${id}`, { schemas: [USER], userName: 'clear@east.example', ...nothing });
    for (const name of Object.keys({ ...all, ...nothing })) expect(expectAnswer(put, 200)).not.toHaveProperty(name);
    const empty = ['title', 'nickName', 'emails', `${ENTERPRISE}:manager`];
    await patched(id, { op: 'replace', value: { ...all, [`${ENTERPRISE}:manager`]: id } });
    const after = await patched(
      id,
      ...empty.map((path, n) => ({ op: 'replace', path, value: n % 2 === 0 ? '' : null })),
    );
    for (const name of ['title', 'nickName', 'emails', ENTERPRISE]) expect(after).not.toHaveProperty([name]);
  });

  it('6: what only the server may say is ignored', async () => {
    const readOnly = {
      id: NOBODY,
      meta: { created: '2001-01-01T00:00:00Z', version: 'W/"99"' },
      groups: [{ value: 'x' }],
    };
    const created = await create({ userName: 'server@east.example', ...readOnly });
    const put = await send('PUT', `/Users/${created.id}`, { ...created, ...readOnly });
    expect(expectAnswer(put, 200)).toEqual(created);
    expect(await patched(created.id, { op: 'replace', value: readOnly })).toEqual(created);
    expectAnswer(await patch(`/Users/${created.id}`, { op: 'replace', path: 'id', value: NOBODY }), 400);
  });

  it('7: unknown URNs and attributes are ignored, unless the profile is strict', async () => {
    const odd = { schemas: [USER, 'urn:example:odd:1.0'], 'urn:example:odd:1.0': { a: 1 }, 'odd name': [{}] };
    const body = { ...odd, userName: 'odd@east.example' };
    const created = expectAnswer(await send('POST', '/Users', body), 201);
    expect(Object.keys(created).sort()).toEqual(['active', 'id', 'meta', 'schemas', 'userName']);
    expect(created.schemas).toEqual([USER]);
    const strict = await life().server.connect({ profile: 'strict' });
    const refused = await strict.request('POST', '/Users', { ...body, userName: 'odder@east.example' });
    expect([refused.status, refused.body.scimType]).toEqual([400, 'invalidSyntax']);
  });

  it('8: a value path without a match creates the element with its type, and later operations find it', async () => {
    const { id } = await create({ userName: 'paths@east.example' });
    const answer = await patched(
      id,
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '1' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'work@east.example' },
      { op: 'Replace', path: 'emails[type eq "work"].primary', value: 'True' },
      { op: 'Add', path: 'emails[type eq "other"].Value', value: 'other@east.example' },
      { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: '2' },
    );
    expect(answer).toMatchObject({
      emails: [
        { type: 'work', value: 'work@east.example', primary: true },
        { type: 'other', value: 'other@east.example' },
      ],
      phoneNumbers: [{ type: 'mobile', value: '2' }],
    });
  });

  it.each(['add', 'replace'])('9: %s without a path takes plain, dotted, URN and nested keys', async (op) => {
    const { id } = await create({ userName: `${op}-keys@east.example`, name: { formatted: 'stays' } });
    const answer = await patched(
      id,
      { op, value: { title: 'Smith', 'name.givenName': 'Fee', [`${ENTERPRISE}:division`]: 'D' } },
      { op, value: { [ENTERPRISE]: { costCenter: 'C' }, name: { familyName: 'Kerr' } } },
    );
    expect(answer).toMatchObject({
      title: 'Smith',
      name: { formatted: 'stays', givenName: 'Fee', familyName: 'Kerr' },
      [ENTERPRISE]: { division: 'D', costCenter: 'C' },
    });
  });

  it('10: members go by a list of values, by a filter, and all of them by neither', async () => {
    const ids: string[] = [];
    for (const n of [1, 2, 3, 4]) ids.push((await create({ userName: `member-${n}@east.example` })).id);
    const [first, second, third, fourth] = ids;
    const group = await createGroup('Vector ten', ids);
    const remove = { op: 'remove', path: 'members' };
    expectAnswer(await patch(`/Groups/${group}`, { ...remove, value: [{ value: first }] }), 204);
    expect(await memberIds(group)).toEqual([second, third, fourth]);
    expectAnswer(await patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${second}"]` }), 204);
    expect(await memberIds(group)).toEqual([third, fourth]);
    expectAnswer(await patch(`/Groups/${group}`, remove), 204);
    expect(await memberIds(group)).toEqual([]);
  });

  it('11: adding who is there and removing who is not changes nothing, lastModified included', async () => {
    const { id } = await create({ userName: 'again@east.example' });
    const group = await createGroup('Vector eleven', [id]);
    const before = (await send('GET', `/Groups/${group}`)).body;
    const add = { op: 'add', path: 'members', value: [{ value: id }] };
    const remove = { op: 'remove', path: 'members', value: [{ value: NOBODY }] };
    expectAnswer(await patch(`/Groups/${group}`, add), 204);
    expectAnswer(await patch(`/Groups/${group}`, remove), 204);
    expectAnswer(await patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${NOBODY}"]` }), 204);
    expect((await send('GET', `/Groups/${group}`)).body).toEqual(before);
  });

  it('12: an unknown member is 400, names the id, and changes nothing', async () => {
    const { id } = await create({ userName: 'known@east.example' });
    const group = await createGroup('Vector twelve');
    for (const value of [NOBODY, 'no-uuid']) {
      const add = { op: 'add', path: 'members', value: [{ value: id }, { value }] };
      expect(expectAnswer(await patch(`/Groups/${group}`, add), 400).detail).toContain(value);
    }
    expect(await memberIds(group)).toEqual([]);
  });

  it('13: a single complex value may be an array of one, or a string', async () => {
    const { id } = await create({ userName: 'single@east.example', [ENTERPRISE]: { manager: 'm-1' } });
    const path = `${ENTERPRISE}:manager`;
    const manager = async (value: unknown) => (await patched(id, { op: 'add', path, value }))[ENTERPRISE].manager;
    expect((await send('GET', `/Users/${id}`)).body[ENTERPRISE].manager).toEqual({ value: 'm-1' });
    expect(await manager([{ value: 'm-2', $ref: '../Users/m-2' }])).toEqual({ value: 'm-2' });
    expect(await manager('m-3')).toEqual({ value: 'm-3' });
    expect(await manager({ value: 'm-4' })).toEqual({ value: 'm-4' });
  });

  it('14: blanks may be + or %20, and ?, & and / may trail', async () => {
    const { id } = await create({ userName: 'plus+sign@east.example', displayName: 'two words' });
    for (const filter of ['userName eq "plus+sign@east.example"', 'displayName eq "two words"']) {
      for (const query of [where(filter), wherePlus(filter), `${wherePlus(filter)}&`]) {
        expectList(await send('GET', `/Users${query}`), [id]);
        expectList(await send('GET', `/Users/${query}`), [id]);
      }
    }
    for (const end of ['?', '/', '/?', '?&'])
      expect(expectAnswer(await send('GET', `/Users/${id}${end}`), 200).id).toBe(id);
  });

  it('15: page numbers out of range are put right', async () => {
    const page = async (query: string) => expectAnswer(await send('GET', `/Users?${query}`), 200);
    const { totalResults } = await page('count=0');
    for (const startIndex of [0, -1]) {
      expect(await page(`startIndex=${startIndex}&count=1`)).toMatchObject({
        startIndex: 1,
        itemsPerPage: 1,
        totalResults,
      });
    }
    for (const count of [0, -1]) {
      expect(await page(`count=${count}`)).toMatchObject({ Resources: [], itemsPerPage: 0, totalResults });
    }
    expect((await page('count=100000')).Resources).toHaveLength(totalResults);
    expect(await page(`startIndex=${totalResults + 1}`)).toMatchObject({ Resources: [], totalResults });
  });

  it('16: pages without sorting keep their order while people change', async () => {
    const ids = async (query: string): Promise<string[]> =>
      (await send('GET', `/Users?${query}`)).body.Resources.map((user: { id: string }) => user.id);
    const before = await ids('count=1000');
    await patched(before[0] ?? '', { op: 'replace', path: 'userName', value: 'zz-last@east.example' });
    const walked: string[] = [];
    while (walked.length < before.length) walked.push(...(await ids(`count=3&startIndex=${walked.length + 1}`)));
    expect(walked).toEqual(before);
  });

  it('17: a list without members does not have them, whoever is in the groups', async () => {
    const { id } = await create({ userName: 'hidden@east.example' });
    const group = await createGroup('Vector seventeen', [id]);
    const list = await send('GET', `/Groups${where('displayName eq "vector SEVENTEEN"')}&excludedAttributes=members`);
    expectList(list, [group]);
    expect(list.text).not.toContain(id);
  });

  it('18: a PATCH of a group is 204, or 200 where attributes are named; of a user 200', async () => {
    const group = await createGroup('Vector eighteen');
    const rename = { op: 'replace', path: 'displayName', value: 'Vector XVIII' };
    expectAnswer(await patch(`/Groups/${group}`, rename), 204);
    const asked = await send('PATCH', `/Groups/${group}?excludedAttributes=members`, patchOp(rename));
    expect(expectAnswer(asked, 200)).toMatchObject({ id: group, displayName: 'Vector XVIII' });
    const { id } = await create({ userName: 'two-hundred@east.example' });
    expect(await patched(id, { op: 'replace', path: 'active', value: true })).toMatchObject({ id, active: true });
  });

  it('19: of 20 equal POSTs one is 201 and the others are 409', async () => {
    const body = { schemas: [USER], userName: 'once@east.example' };
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('POST', '/Users', body)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
    expect(answers.filter(({ body }) => body.scimType === 'uniqueness')).toHaveLength(19);
    const rows = await life().server.database.read(sql`SELECT 1 FROM users WHERE user_name = 'once@east.example'`);
    expect(rows).toHaveLength(1);
  });

  it('20: the body of a GET, put back, is 200 and no change', async () => {
    const { id } = await create({
      userName: 'back@east.example',
      externalId: 'back',
      emails: [{ value: 'back@east.example', type: 'work', primary: true }],
      [ENTERPRISE]: { manager: { value: 'm-1' }, department: 'Yard' },
    });
    const group = await createGroup('Vector twenty', [id]);
    for (const path of [`/Users/${id}`, `/Groups/${group}`]) {
      const { body } = await send('GET', path);
      expect(expectAnswer(await send('PUT', path, body), 200)).toEqual(body);
    }
    const entries = await listLog(life().server.database, { siteId: life().server.siteId, limit: 2 });
    expect(entries.map(({ action, objectId, outcome }) => [action, objectId, outcome])).toEqual([
      ['group.update', group, 'skipped'],
      ['user.update', id, 'skipped'],
    ]);
  });
});
