import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonValue } from '../../src/scim/schema/index.js';
import { patchBody, resourcesOf, unique } from './support/client.ts';
import { expectPatchRefused, expectRefusal, expectUnchanged } from './support/refusal.ts';
import { expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, PATCH_OP, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const REPLACE_TITLE = { op: 'replace', path: 'title', value: 'changed' };

async function expectBodyRefused(body: JsonValue, names: RegExp) {
  for (const client of [stage.generic, stage.strict]) {
    for (const [path, { id }] of [
      ['/Users', await client.user()],
      ['/Groups', await client.group()],
    ] as const) {
      await expectUnchanged(client, `${path}/${id}`, async () => {
        const answer = await client.send('PATCH', `${path}/${id}`, { body });
        expectRefusal(answer, { scimType: 'invalidSyntax', names });
      });
    }
  }
}

it.each<[JsonValue]>([
  [{ Operations: [REPLACE_TITLE] }],
  [{ schemas: [], Operations: [REPLACE_TITLE] }],
  [{ schemas: [USER], Operations: [REPLACE_TITLE] }],
  [{ schemas: PATCH_OP, Operations: [REPLACE_TITLE] }],
  [{ schemas: { 0: PATCH_OP }, Operations: [REPLACE_TITLE] }],
])('PAT-01: %j has no PatchOp in schemas', async (body) => {
  await expectBodyRefused(body, /schemas/);
});

it.each<[JsonValue]>([
  [{ schemas: [PATCH_OP] }],
  [{ schemas: [PATCH_OP], Operations: [] }],
  [{ schemas: [PATCH_OP], Operations: null }],
  [{ schemas: [PATCH_OP], Operations: REPLACE_TITLE }],
  [{ schemas: [PATCH_OP], Operations: 'replace' }],
  [{ schemas: [PATCH_OP], Operations: [REPLACE_TITLE, null] }],
  [{ schemas: [PATCH_OP], Operations: [[REPLACE_TITLE]] }],
])('PAT-02: %j has no list of operations', async (body) => {
  await expectBodyRefused(body, /Operations/);
});

it.each<[JsonValue]>([['move'], ['copy'], ['test'], [''], [null], [5], [['add']], [undefined as unknown as JsonValue]])(
  'PAT-03: op %j is no operation',
  async (op) => {
    await expectBodyRefused(patchBody({ ...REPLACE_TITLE, op }), /Operations\[0\]: op/);
  },
);

it('PAT-04: op in any case; strict takes lower case only', async () => {
  const { generic, strict } = stage;
  const { id } = await generic.user();
  for (const op of ['Add', 'REPLACE', 'add']) {
    expectOk(await generic.patch(`/Users/${id}`, { op, path: 'title', value: op }));
    expect((await generic.read(`/Users/${id}`)).title).toBe(op);
  }
  expectOk(await generic.patch(`/Users/${id}`, { op: 'Remove', path: 'title' }));
  expect(await generic.read(`/Users/${id}`)).not.toHaveProperty('title');
  const other = await strict.user({ title: 'x' });
  const refusal = { scimType: 'invalidSyntax', names: /"Replace"/ };
  await expectPatchRefused(strict, `/Users/${other.id}`, [{ ...REPLACE_TITLE, op: 'Replace' }], refusal);
});

it('PAT-05: operations work one after the other on what the one before left', async () => {
  const { generic } = stage;
  const { id } = await generic.user();
  const answer = await generic.patch(
    `/Users/${id}`,
    { op: 'add', path: 'emails', value: [{ value: 'a@example.com', type: 'work' }] },
    { op: 'replace', path: 'emails[type eq "work"].value', value: 'b@example.com' },
    { op: 'add', path: 'title', value: 'first' },
    { op: 'replace', path: 'title', value: 'second' },
    { op: 'add', path: 'nickName', value: 'gone' },
    { op: 'remove', path: 'nickName' },
  );
  const user = expectOk(answer).body;
  expect(user).toMatchObject({ title: 'second', emails: [{ value: 'b@example.com', type: 'work' }] });
  expect(user).not.toHaveProperty('nickName');
  expect(await generic.read(`/Users/${id}`)).toEqual(user);
});

describe('PAT-06: all or nothing', () => {
  it.each([
    [{ op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue', /Operations\[2\].*active/],
    [{ op: 'replace', path: 'shoeSize', value: 5 }, 'invalidPath', /Operations\[2\].*shoeSize/],
    [{ op: 'replace', path: 'id', value: 'x' }, 'mutability', /Operations\[2\].*id/],
    [{ op: 'remove', path: 'userName' }, 'mutability', /Operations\[2\].*userName/],
    [{ op: 'add', path: 'emails[value co "q"].display', value: 'x' }, 'noTarget', /Operations\[2\].*emails/],
    [{ op: 'add', path: 'emails[', value: 'x' }, /^invalid(Path|Filter)$/, /Operations\[2\]/],
  ] as const)('of a user: %j comes third', async (bad, scimType, names) => {
    for (const client of [stage.generic, stage.strict]) {
      const { id } = await client.user({ title: 'x', emails: [{ value: 'a@example.com' }] });
      await expectUnchanged(client, `/Users/${id}`, async () => {
        const good = [REPLACE_TITLE, { op: 'remove', path: 'emails' }];
        const answer = await client.patch(`/Users/${id}`, ...good, bad, { op: 'add', path: 'locale', value: 'en' });
        expect(answer.body.scimType).toMatch(scimType);
        expectRefusal(answer, { scimType: String(answer.body.scimType), names });
      });
    }
  });

  it('of a group: members and name stay together', async () => {
    const { generic } = stage;
    const users = await generic.users({ in: {}, out: {} });
    const { id } = await generic.group({ members: [{ value: users.ids.in }] });
    const good = [
      { op: 'add', path: 'members', value: [{ value: users.ids.out }] },
      { op: 'remove', path: `members[value eq "${users.ids.in}"]` },
      { op: 'replace', path: 'displayName', value: 'changed' },
    ];
    const unknown = '01920000-0000-7000-8000-000000000000';
    const refusal = { scimType: 'invalidValue', names: new RegExp(unknown) };
    const bad = { op: 'add', path: 'members', value: [{ value: unknown }] };
    await expectPatchRefused(generic, `/Groups/${id}`, [...good, bad], refusal);
    await expectPatchRefused(generic, `/Groups/${id}`, [...good, { op: 'remove', path: 'displayName' }], {
      scimType: 'mutability',
      names: /Operations\[3\]/,
    });
  });
});

it('PAT-07: a user is answered with 200 and all of it, a group with 204 and nothing; strict shows groups too', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const { id } = await client.user();
    const user = expectOk(await client.patch(`/Users/${id}`, REPLACE_TITLE)).body;
    expect(user.title).toBe('changed');
    expect(await client.read(`/Users/${id}`)).toEqual(user);
    const group = await client.group();
    const answer = await client.patch(`/Groups/${group.id}`, { op: 'replace', path: 'displayName', value: 'changed' });
    const after = await client.read(`/Groups/${group.id}`);
    expect(after.displayName).toBe('changed');
    expect([answer.status, answer.body]).toEqual(client === strict ? [200, after] : [204, {}]);
  }
});

it('PAT-08: with attributes or excludedAttributes the answer is 200', async () => {
  const { generic } = stage;
  const { id } = await generic.group();
  const rename = { op: 'replace', path: 'displayName', value: 'changed' };
  for (const [parameter, shown] of [
    ['attributes=displayName', ['displayName', 'id', 'schemas']],
    ['excludedAttributes=members,meta', ['displayName', 'id', 'schemas']],
  ] as const) {
    const answer = await generic.patch(`/Groups/${id}?${parameter}`, rename);
    expect(Object.keys(expectOk(answer).body).sort()).toEqual(shown);
  }
});

it('PAT-09: an unknown or deleted id is 404', async () => {
  const { generic } = stage;
  const gone = await generic.user();
  expectOk(await generic.delete(`/Users/${gone.id}`), 204);
  for (const path of [`/Users/${gone.id}`, '/Users/01920000-0000-7000-8000-000000000000', '/Groups/nobody']) {
    expectRefusal(await generic.patch(path, { op: 'replace', path: 'displayName', value: 'x' }), { status: 404 });
  }
});

it('PAT-10: a new primary value takes it from the others', async () => {
  const { generic } = stage;
  const { id } = await generic.user({
    emails: [
      { value: 'a@example.com', type: 'work', primary: true },
      { value: 'b@example.com', type: 'home' },
    ],
  });
  const primaries = async () => {
    const { emails } = await generic.read(`/Users/${id}`);
    if (!Array.isArray(emails)) throw new Error('no emails');
    return emails.map((email) => (email as { primary?: boolean }).primary === true);
  };
  expectOk(await generic.patch(`/Users/${id}`, { op: 'replace', path: 'emails[type eq "home"].primary', value: true }));
  expect(await primaries()).toEqual([false, true]);
  const added = { value: 'c@example.com', primary: true };
  expectOk(await generic.patch(`/Users/${id}`, { op: 'add', path: 'emails', value: [added] }));
  expect(await primaries()).toEqual([false, false, true]);
});

it.each(['id', 'meta.created', 'meta', 'groups', 'groups[value eq "x"]', `${ENTERPRISE}:manager.displayName`])(
  'PAT-11: %s is readOnly',
  async (path) => {
    for (const client of [stage.generic, stage.strict]) {
      const { id } = await client.user();
      for (const op of ['add', 'replace', 'remove']) {
        await expectPatchRefused(client, `/Users/${id}`, [{ op, path, ...(op === 'remove' ? {} : { value: 'x' }) }], {
          scimType: 'mutability',
          names: /Operations\[0\]/,
        });
      }
    }
  },
);

it.each(['value', 'type', 'display', '$ref'])('PAT-12: %s of a member is immutable', async (part) => {
  const { generic } = stage;
  const users = await generic.users({ one: {}, two: {} });
  const { id } = await generic.group({ members: [{ value: users.ids.one }] });
  const path = `members[value eq "${users.ids.one}"].${part}`;
  for (const operation of [
    { op: 'replace', path, value: users.ids.two },
    { op: 'remove', path },
  ]) {
    await expectPatchRefused(generic, `/Groups/${id}`, [operation], { scimType: 'mutability', names: /immutable/ });
  }
});

it('PAT-13: an attribute of an extension brings its URN', async () => {
  const { strict } = stage;
  const { id } = await strict.user();
  const body = expectOk(
    await strict.patch(`/Users/${id}`, { op: 'add', path: `${ENTERPRISE}:department`, value: 'Sea' }),
  ).body;
  expect(body).toMatchObject({ schemas: [USER, ENTERPRISE], [ENTERPRISE]: { department: 'Sea' } });
  expect(await strict.read(`/Users/${id}`)).toEqual(body);
});

it('PAT-14: operations may change schemas, and later ones see it', async () => {
  const { generic } = stage;
  const { id } = await generic.user({ [ENTERPRISE]: { department: 'Sea', division: 'North' } });
  const { body } = await generic.patch(
    `/Users/${id}`,
    { op: 'remove', path: 'schemas', value: [ENTERPRISE] },
    { op: 'add', path: `${ENTERPRISE}:costCenter`, value: '7' },
  );
  expect(body).toMatchObject({ schemas: [USER, ENTERPRISE] });
  expect(body[ENTERPRISE]).toEqual({ costCenter: '7' });
  expectOk(await generic.patch(`/Users/${id}`, { op: 'replace', path: 'schemas', value: [USER] }));
  expect(await generic.read(`/Users/${id}`)).not.toHaveProperty([ENTERPRISE]);
});

it.each([
  ['active', 5],
  ['title', 5],
  ['title', true],
  ['title', {}],
  ['title', ['a', 'b']],
  ['name', 'Ada'],
  ['name.givenName', { value: 'x' }],
  ['emails', 5],
  ['emails', [5]],
  ['emails[type eq "work"].primary', 'perhaps'],
  ['profileUrl', 'not a uri'],
  ['x509Certificates', [{ value: 'not base64!' }]],
  [`${ENTERPRISE}:manager`, 5],
  [ENTERPRISE, 'x'],
])('PAT-15: %s cannot be %j', async (path, value) => {
  for (const client of [stage.generic, stage.strict]) {
    const { id } = await client.user({ emails: [{ value: 'a@example.com', type: 'work' }] });
    for (const op of ['add', 'replace']) {
      const refusal = { scimType: 'invalidValue', names: /Operations\[0\]/ };
      await expectPatchRefused(client, `/Users/${id}`, [{ op, path, value }], refusal);
    }
  }
});

it('PAT-15: generic takes booleans as texts and managers as texts or in lists, as Entra sends them; strict refuses them', async () => {
  const { generic, strict } = stage;
  const manager = `${ENTERPRISE}:manager`;
  for (const [path, value, shown] of [
    ['active', 'False', { active: false }],
    [manager, 'm-1', { [ENTERPRISE]: { manager: { value: 'm-1' } } }],
    [manager, [{ value: 'm-2' }], { [ENTERPRISE]: { manager: { value: 'm-2' } } }],
  ] as const) {
    const operation = { op: 'replace', path, value: value as JsonValue };
    const { id } = await generic.user();
    expect(expectOk(await generic.patch(`/Users/${id}`, operation)).body).toMatchObject(shown);
    const other = await strict.user();
    await expectPatchRefused(strict, `/Users/${other.id}`, [operation], { scimType: 'invalidValue' });
  }
});

it('PAT-16, ERR-08: a userName in use is 409 and nothing else changes', async () => {
  for (const client of [stage.generic, stage.strict]) {
    const [taken, { id }] = [await client.user(), await client.user()];
    const operations = [
      REPLACE_TITLE,
      { op: 'replace', path: 'userName', value: String(taken.userName).toUpperCase() },
    ];
    const refusal = { status: 409, scimType: 'uniqueness', names: /userName/ };
    await expectPatchRefused(client, `/Users/${id}`, operations, refusal);
  }
});

it('PAT-17: If-Match is honoured; the answer has the new ETag, also on 204', async () => {
  const { generic } = stage;
  for (const [path, attribute] of [
    [`/Users/${(await generic.user()).id}`, 'title'],
    [`/Groups/${(await generic.group()).id}`, 'displayName'],
  ] as const) {
    const { version } = metaOf(await generic.read(path));
    const send = (value: string, ifMatch: string) =>
      generic.send('PATCH', path, {
        body: patchBody({ op: 'replace', path: attribute, value }),
        headers: { 'if-match': ifMatch },
      });
    const answer = await send('first', version);
    expect(answer.status).toBeLessThan(300);
    const after = await generic.read(path);
    expect(after[attribute]).toBe('first');
    expect(answer.headers.get('etag')).toBe(metaOf(after).version);
    expect(metaOf(after).version).not.toBe(version);
    await expectUnchanged(generic, path, async () => {
      expectRefusal(await send('second', version), { status: 412, names: /If-Match/ });
    });
  }
});

it('PAT-18: what changes nothing keeps version and lastModified', async () => {
  const { generic } = stage;
  const member = await generic.user({ title: 'x', emails: [{ value: 'a@example.com', type: 'work' }] });
  const { id } = await generic.group({ members: [{ value: member.id }] });
  const { displayName } = await generic.read(`/Groups/${id}`);
  const nothing: [string, JsonValue[]][] = [
    [
      `/Users/${member.id}`,
      [
        { op: 'replace', path: 'title', value: 'x' },
        { op: 'remove', path: 'nickName' },
      ],
    ],
    [
      `/Users/${member.id}`,
      [
        { op: 'add', path: 'title', value: 'y' },
        { op: 'add', path: 'title', value: 'x' },
      ],
    ],
    [
      `/Users/${member.id}`,
      [{ op: 'add', value: { active: true, emails: [{ value: 'A@example.com', type: 'work' }] } }],
    ],
    [`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: member.id }] }]],
    [`/Groups/${id}`, [{ op: 'replace', path: 'members', value: [{ value: member.id }] }]],
    [`/Groups/${id}`, [{ op: 'replace', path: 'displayName', value: displayName ?? '' }]],
  ];
  for (const [path, operations] of nothing) {
    await expectUnchanged(generic, path, async () => {
      expect((await generic.patch(path, ...operations)).status).toBeLessThan(300);
    });
  }
});

it('PAT-19: 204 has an ETag, no body and no Authorization', async () => {
  const { generic } = stage;
  const { id } = await generic.group();
  const answer = await generic.patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'changed' });
  expect([answer.status, answer.text]).toEqual([204, '']);
  expect(answer.headers.get('etag')).toBe(metaOf(await generic.read(`/Groups/${id}`)).version);
  expect(answer.headers.get('authorization')).toBeNull();
  expect(answer.headers.get('content-type')).toBeNull();
});

it('PAT-20, SPC-09: PATCH is supported, as ServiceProviderConfig says, for whatever can be changed', async () => {
  const { generic } = stage;
  expect((await generic.get('/ServiceProviderConfig')).body).toMatchObject({ patch: { supported: true } });
  for (const { endpoint } of resourcesOf(await generic.get('/ResourceTypes'))) {
    const answer = await generic.patch(`${String(endpoint)}/01920000-0000-7000-8000-000000000000`, REPLACE_TITLE);
    // Neither 501 nor 405: what is missing is the resource.
    expect(answer.status).toBe(endpoint === '/Users' ? 404 : 400);
  }
});

it('PAT-21: names in the envelope and in values are taken in any case', async () => {
  const { generic, strict } = stage;
  for (const client of [generic, strict]) {
    const { id } = await client.user();
    const body = {
      SCHEMAS: [PATCH_OP.toUpperCase()],
      operations: [
        { OP: 'replace', Path: 'DISPLAYNAME', VALUE: 'Ada' },
        { op: 'add', value: { TITLE: 'x', Emails: [{ Value: 'a@example.com', TYPE: 'work' }] } },
      ],
    };
    const answer = expectOk(await client.send('PATCH', `/Users/${id}`, { body }));
    expect(answer.body).toMatchObject({
      displayName: 'Ada',
      title: 'x',
      emails: [{ value: 'a@example.com', type: 'work' }],
    });
    expect(await client.read(`/Users/${id}`)).toEqual(answer.body);
  }
});

it('PAT-16: a taken externalId is none: it belongs to the identity and is not unique', async () => {
  const { generic } = stage;
  const externalId = unique('external');
  const cast = await generic.users({ one: { externalId }, two: {} });
  expectOk(await generic.patch(`/Users/${cast.ids.two}`, { op: 'replace', path: 'externalId', value: externalId }));
  expect(await cast.matching(`externalId eq "${externalId}"`)).toEqual(['one', 'two']);
});
