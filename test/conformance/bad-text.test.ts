import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSite } from '../../src/directory/index.js';
import type { JsonValue } from '../../src/scim/schema/index.js';
import { type Client, patchBody, type Resource, resourcesOf, unique } from './support/client.ts';
import { expectWriteRefused, type Write } from './support/logged.ts';
import { expectFilterRefused, expectRefusal, expectUnchanged, type Refusal } from './support/refusal.ts';
import { type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, USER } from './support/urns.ts';

let stage: Stage;
let user: Resource;
let userPath: string;
let groupPath: string;
beforeAll(async () => {
  stage = await startStage();
  user = await stage.generic.user({ emails: [{ value: 'a@example.com', type: 'work' }] });
  userPath = `/Users/${user.id}`;
  groupPath = `/Groups/${(await stage.generic.group({ members: [{ value: user.id }] })).id}`;
});
afterAll(() => stage.close());

const refused = (write: Write, refusal: Refusal, client = stage.generic) =>
  expectWriteRefused(stage, client, write, refusal);

describe.each([
  ['NUL', 'a\0b'],
  ['a high surrogate alone', 'a\ud800b'],
  ['a low surrogate alone', 'a\udc00b'],
  ['surrogates the wrong way round', '\udc00\ud800'],
])('%s', (_what, text) => {
  it.each<[string, (text: string) => JsonValue]>([
    ['userName', (bad) => bad],
    ['externalId', (bad) => bad],
    ['title', (bad) => bad],
    ['name', (bad) => ({ givenName: bad })],
    ['emails', (bad) => [{ value: bad }]],
    ['emails', (bad) => [{ value: 'x@example.com', type: bad }]],
    ['addresses', (bad) => [{ formatted: bad }]],
    ['photos', (bad) => [{ value: `https://example.com/${bad}` }]],
    [ENTERPRISE, (bad) => ({ department: bad })],
    [ENTERPRISE, (bad) => ({ manager: { value: bad } })],
  ])('in %s', async (name, holding) => {
    const names = name === ENTERPRISE ? /enterprise/ : new RegExp(name);
    const value = holding(text);
    const body = { schemas: [USER], userName: unique(), [name]: value };
    await refused({ method: 'POST', path: '/Users', body }, { scimType: 'invalidValue', names });
    await refused({ method: 'PUT', path: userPath, body }, { scimType: 'invalidValue', names });
    for (const operation of [
      { op: 'replace', path: name, value },
      { op: 'add', value: { [name]: value } },
    ]) {
      await refused(
        { method: 'PATCH', path: userPath, body: patchBody(operation) },
        { scimType: 'invalidValue', names },
      );
    }
  });

  it('in groups and members', async () => {
    const refusal = { scimType: 'invalidValue', names: /displayName|member/ };
    for (const attributes of [{ displayName: text }, { displayName: 'x', members: [{ value: text }] }]) {
      await refused({ method: 'POST', path: '/Groups', body: { schemas: [GROUP], ...attributes } }, refusal);
      await refused({ method: 'PUT', path: groupPath, body: { schemas: [GROUP], ...attributes } }, refusal);
    }
    for (const op of ['add', 'replace']) {
      const operation = { op, path: 'members', value: [{ value: text }] };
      await refused({ method: 'PATCH', path: groupPath, body: patchBody(operation) }, refusal);
    }
  });

  it('in the paths, names and filters of operations', async () => {
    const patch = (operation: JsonValue, refusal: Refusal) =>
      refused({ method: 'PATCH', path: userPath, body: patchBody(operation) }, refusal);
    const names = /Operations\[0\]/;
    await patch({ op: 'add', path: text, value: 'x' }, { scimType: 'invalidPath', names });
    await patch({ op: 'add', path: `${ENTERPRISE}:${text}`, value: 'x' }, { scimType: 'invalidPath', names });
    await patch({ op: text, path: 'title', value: 'x' }, { scimType: 'invalidSyntax', names });
    await patch({ op: 'remove', path: `emails[value eq "${text}"]` }, { scimType: 'invalidFilter', names });
    const escaped = JSON.stringify(text);
    await patch({ op: 'remove', path: `emails[value eq ${escaped}]` }, { scimType: 'invalidFilter', names });
    const members = { op: 'remove', path: `members[value eq ${escaped}]` };
    const refusal = { scimType: 'invalidFilter', names };
    await refused({ method: 'PATCH', path: groupPath, body: patchBody(members) }, refusal);
  });

  it('in the names of attributes: ignored in generic, refused in strict', async () => {
    const { generic, strict } = stage;
    const made = await generic.user({ [text]: 'x', name: { givenName: 'Ada', [text]: 'x' } });
    expect(await generic.read(`/Users/${made.id}`)).toMatchObject({ name: { givenName: 'Ada' } });
    const body = { schemas: [USER], userName: unique(), [text]: 'x' };
    await refused({ method: 'POST', path: '/Users', body }, { scimType: 'invalidSyntax', names: /Attribute/ }, strict);
    await refused(
      { method: 'POST', path: '/Users', body: { schemas: [USER, text], userName: unique() } },
      { scimType: 'invalidSyntax', names: /schema/ },
      strict,
    );
  });

  it('in filters as a JSON escape', async () => {
    for (const attribute of [
      'userName',
      'title',
      'emails.value',
      'id',
      'externalId',
      'groups.value',
      'meta.location',
    ]) {
      const operand = `"a\\u${text
        .charCodeAt(text.length === 2 ? 0 : 1)
        .toString(16)
        .padStart(4, '0')}"`;
      for (const operator of ['eq', 'co', 'gt']) {
        await expectFilterRefused(stage.generic, '/Users', `${attribute} ${operator} ${operand}`, /U\+0000|surrogate/);
      }
    }
  });
});

describe('URLs', () => {
  it.each([
    ['/Users/%E0%A4%A', { status: 400, scimType: 'invalidSyntax', names: /path/ }],
    ['/Users/%zz', { status: 400, scimType: 'invalidSyntax', names: /path/ }],
    ['/Users/%ff', { status: 400, scimType: 'invalidSyntax', names: /path/ }],
    ['/Users/%ed%a0%80', { status: 400, scimType: 'invalidSyntax', names: /path/ }],
    ['/Users?filter=%zz', { status: 400, scimType: 'invalidSyntax', names: /query/ }],
    ['/Users?filter=title%20eq%20%22%ed%a0%80%22', { status: 400, scimType: 'invalidSyntax', names: /query/ }],
    ['/Users?attributes=%ff', { status: 400, scimType: 'invalidSyntax', names: /query/ }],
    ['/Users?filter=title%20eq%20%22%00%22', { status: 400, scimType: 'invalidFilter' }],
    ['/Users?filter=%00', { status: 400, scimType: 'invalidFilter' }],
    ['/Users?sortBy=%00', { status: 400, scimType: 'invalidValue', names: /sortBy/ }],
    ['/Users?sortBy=userName&sortOrder=%00', { status: 400, scimType: 'invalidValue', names: /sortOrder/ }],
    ['/Users?startIndex=%00', { status: 400, scimType: 'invalidValue', names: /startIndex/ }],
    ['/Users/%00', { status: 404 }],
    ['/Users/a%00b', { status: 404 }],
    ['/Us%00ers', { status: 404 }],
    ['/Users/..%2f..%2fGroups', { status: 404 }],
    [`/Users/${"'; DROP TABLE users; --".repeat(3)}`, { status: 404 }],
    [`/Users/${'a'.repeat(20_000)}`, { status: 404 }],
    ['/Users/-1', { status: 404 }],
    ['/Users/{id}', { status: 404 }],
    ['/Users/00000000-0000-0000-0000-000000000000', { status: 404 }],
    ['/Nothing', { status: 404, names: /Nothing/ }],
    [`/${'a'.repeat(20_000)}`, { status: 404 }],
  ] as [string, Refusal][])('%s', async (path, refusal) => {
    const { generic } = stage;
    expectRefusal(await generic.get(path), refusal);
    if (path.includes('?')) return;
    await expectUnchanged(generic, userPath, async () => {
      const body = patchBody({ op: 'add', path: 'title', value: 'x' });
      expectRefusal(await generic.send('PATCH', path, { body }), refusal);
      expectRefusal(await generic.delete(path), refusal);
    });
  });

  it('a URL longer than the header limit', async () => {
    expectRefusal(await stage.generic.get('/Users', { filter: 'a'.repeat(70_000) }), { status: 431 });
  });

  it.each(['filter', 'sortBy', 'sortOrder', 'startIndex', 'count'])('%s given twice', async (name) => {
    for (const [first, second] of [
      ['1', '1'],
      ['userName pr', 'title pr'],
    ] as const) {
      const parameters = new URLSearchParams([
        [name, first],
        [name, second],
      ]);
      const answer = await stage.generic.get(`/Users?${parameters}`);
      expectRefusal(answer, { scimType: 'invalidValue', names: new RegExp(`${name}.*more than once`) });
    }
  });

  it('an unknown id is logged where something is to be written', async () => {
    const paths = ['/Users/nobody', '/Groups/nobody', '/Users/01920000-0000-7000-8000-000000000000'];
    for (const path of paths) {
      const body = patchBody({ op: 'add', path: 'displayName', value: 'x' });
      await refused({ method: 'PATCH', path, body }, { status: 404, names: path.split('/')[2] ?? '' });
      await refused({ method: 'DELETE', path }, { status: 404, names: path.split('/')[2] ?? '' });
    }
  });
});

describe('ids of another site', () => {
  let stranger: Client;
  let theirs: { user: Resource; group: Resource };
  beforeAll(async () => {
    const site = await createSite(stage.server.database, unique('site'), 'Site');
    stranger = await stage.connect({}, site.id);
    const member = await stranger.user({ displayName: 'Stranger' });
    const group = await stranger.group({ members: [{ value: member.id }] });
    theirs = { user: await stranger.read(`/Users/${member.id}`), group };
  });

  const expectTheirsUntouched = async () => {
    expect(await stranger.read(`/Users/${theirs.user.id}`)).toEqual(theirs.user);
    expect(await stranger.read(`/Groups/${theirs.group.id}`)).toEqual(theirs.group);
  };

  it('are 404 for every method', async () => {
    for (const [path, id, schema] of [
      ['/Users', theirs.user.id, USER],
      ['/Groups', theirs.group.id, GROUP],
    ] as const) {
      const names = new RegExp(id);
      expectRefusal(await stage.generic.get(`${path}/${id}`), { status: 404, names });
      const rename = patchBody({ op: 'replace', path: 'displayName', value: 'x' });
      await refused({ method: 'PATCH', path: `${path}/${id}`, body: rename }, { status: 404, names });
      const whole = { schemas: [schema], userName: unique(), displayName: 'x' };
      await refused({ method: 'PUT', path: `${path}/${id}`, body: whole }, { status: 404, names });
      await refused({ method: 'DELETE', path: `${path}/${id}` }, { status: 404, names });
    }
    await expectTheirsUntouched();
  });

  it('are no members', async () => {
    for (const id of [theirs.user.id, theirs.group.id]) {
      const refusal = { scimType: 'invalidValue', names: new RegExp(id) };
      const members = [{ value: user.id }, { value: id }];
      await refused(
        { method: 'POST', path: '/Groups', body: { schemas: [GROUP], displayName: 'x', members } },
        refusal,
      );
      await refused({ method: 'PUT', path: groupPath, body: { schemas: [GROUP], displayName: 'x', members } }, refusal);
      for (const op of ['add', 'replace']) {
        const operation = { op, path: 'members', value: members };
        await refused({ method: 'PATCH', path: groupPath, body: patchBody(operation) }, refusal);
      }
    }
    await expectTheirsUntouched();
  });

  it('are found by no filter and shown through no reference', async () => {
    const { generic } = stage;
    for (const [path, filter] of [
      ['/Users', `id eq "${theirs.user.id}"`],
      ['/Users', `groups.value eq "${theirs.group.id}"`],
      ['/Groups', `members.value eq "${theirs.user.id}"`],
      ['/Users', 'displayName eq "Stranger"'],
    ] as const) {
      expect(resourcesOf(await generic.get(path, { filter }))).toEqual([]);
    }
    const { id } = await generic.user({ [ENTERPRISE]: { manager: { value: theirs.user.id } } });
    expect(JSON.stringify(await generic.read(`/Users/${id}`))).not.toContain('Stranger');
  });
});
