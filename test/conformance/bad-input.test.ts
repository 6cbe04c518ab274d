import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '../../src/scim/schema/index.js';
import { patchBody, unique } from './support/client.ts';
import { expectWriteRefused, type Write } from './support/logged.ts';
import type { Refusal } from './support/refusal.ts';
import { type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, PATCH_OP, USER } from './support/urns.ts';

let stage: Stage;
let userPath: string;
let groupPath: string;
beforeAll(async () => {
  stage = await startStage();
  const user = await stage.generic.user({ emails: [{ value: 'a@example.com', type: 'work' }], title: 'x' });
  userPath = `/Users/${user.id}`;
  groupPath = `/Groups/${(await stage.generic.group({ members: [{ value: user.id }] })).id}`;
});
afterAll(() => stage.close());

const refused = (write: Write, refusal: Refusal) => expectWriteRefused(stage, stage.generic, write, refusal);

/** A body as POST and PUT of users, and as PATCH of both types. */
async function refusedEverywhere(body: JsonValue, refusal: Refusal) {
  for (const [method, path] of [
    ['POST', '/Users'],
    ['POST', '/Groups'],
    ['PUT', userPath],
    ['PUT', groupPath],
    ['PATCH', userPath],
    ['PATCH', groupPath],
  ] as const) {
    await refused({ method, path, body }, refusal);
  }
}

describe('bodies that are no JSON', () => {
  it.each([
    ['nothing', '', /no body/],
    ['blanks', ' \n ', /no body/],
    ['a text', 'hello', /not valid JSON.*position 0/],
    ['an open object', '{"schemas":["', /not valid JSON.*position/],
    ['a comma too many', '{"schemas":[],}', /not valid JSON.*position 14/],
    ['single quotes', "{'schemas':[]}", /not valid JSON.*position 1/],
    ['two values', '{}{}', /not valid JSON.*position 2/],
    ['NaN', '{"a":NaN}', /not valid JSON.*position 5/],
    ['a comment', '{/* */}', /not valid JSON.*position 1/],
    ['a control character in a string', '{"a":"\u0001"}', /not valid JSON.*position 5/],
    ['a byte order mark and no more', '\ufeff', /no body|not valid JSON/],
  ])('%s', async (_what, body, names) => {
    await refusedEverywhere(body, { scimType: 'invalidSyntax', names });
  });

  it.each([['null'], ['true'], ['5'], ['"text"'], ['[]'], ['[{}]']])('%s is no object', async (body) => {
    await refusedEverywhere(body, { scimType: 'invalidSyntax', names: /JSON object/ });
  });
});

describe('bodies that are too much', () => {
  it('nested too deeply', async () => {
    const names = /LIMIT_BODY_DEPTH/;
    for (const depth of [33, 100_000]) {
      for (const body of ['['.repeat(depth) + ']'.repeat(depth), '{"a":'.repeat(depth) + 1 + '}'.repeat(depth)]) {
        await refusedEverywhere(body, { scimType: 'invalidSyntax', names });
      }
    }
  });

  it('of too many attributes', async () => {
    const body = Object.fromEntries(Array.from({ length: 5001 }, (_, index) => [`a${index}`, 1]));
    for (const [method, path] of [
      ['POST', '/Users'],
      ['PATCH', userPath],
    ] as const) {
      await refused({ method, path, body }, { scimType: 'invalidSyntax', names: /LIMIT_BODY_ATTRIBUTES/ });
    }
  });

  it('of too many operations', async () => {
    const operations = Array.from({ length: 1_001 }, () => ({ op: 'add', path: 'displayName', value: 'x' }));
    const refusal = { scimType: 'invalidValue', names: /Operations.*limit of 1000 .*LIMIT_PATCH_OPERATIONS/ };
    await refused({ method: 'PATCH', path: groupPath, body: patchBody(...operations) }, refusal);
  });

  it('of too many values of an attribute', async () => {
    const emails = Array.from({ length: 1001 }, (_, index) => ({ value: `a${index}@example.com` }));
    const refusal = { scimType: 'invalidValue', names: /emails.*1000/ };
    await refused({ method: 'POST', path: '/Users', body: { schemas: [USER], userName: unique(), emails } }, refusal);
    await refused(
      { method: 'PATCH', path: userPath, body: patchBody({ op: 'add', path: 'emails', value: emails }) },
      refusal,
    );
    // Two in each, since a thousand operations are the limit of another kind.
    const add = emails
      .filter((_, index) => index % 2 === 0)
      .map((_, index) => ({ op: 'add', path: 'emails', value: emails.slice(2 * index, 2 * index + 2) }));
    await refused({ method: 'PATCH', path: userPath, body: patchBody(...add) }, refusal);
  });

  it('longer than the limit', async () => {
    const title = 'a'.repeat(1_048_576);
    const refusal = { status: 413, names: /LIMIT_BODY_BYTES/ };
    await refused({ method: 'POST', path: '/Users', body: { schemas: [USER], userName: unique(), title } }, refusal);
    await refused(
      { method: 'PATCH', path: userPath, body: patchBody({ op: 'add', path: 'title', value: title }) },
      refusal,
    );
  });

  it.each(['userName', 'title', 'displayName', 'externalId', 'nickName'])('%s of nearly 1 MB', async (name) => {
    const value = 'a'.repeat(1_048_000);
    const refusal = { scimType: 'invalidValue', names: new RegExp(`${name}.*longer`) };
    const body = { schemas: [USER], userName: unique(), [name]: value };
    await refused({ method: 'POST', path: '/Users', body }, refusal);
    await refused({ method: 'PUT', path: userPath, body }, refusal);
    await refused({ method: 'PATCH', path: userPath, body: patchBody({ op: 'replace', path: name, value }) }, refusal);
  });

  it('paths, operations, URNs, member ids and attribute names of nearly 1 MB', async () => {
    const long = 'a'.repeat(1_000_000);
    const patch = (path: string, operation: JsonObject, refusal: Refusal) =>
      refused({ method: 'PATCH', path, body: patchBody(operation) }, refusal);
    await patch(userPath, { op: 'add', path: long, value: 1 }, { scimType: 'invalidPath', names: /Operations\[0\]/ });
    await patch(
      userPath,
      { op: 'remove', path: `emails[value eq "${long}"]` },
      { scimType: 'invalidFilter', names: /4096/ },
    );
    await patch(userPath, { op: long, path: 'title' }, { scimType: 'invalidSyntax', names: /Operations\[0\]: op/ });
    const member = { op: 'add', path: 'members', value: [{ value: long }] };
    await patch(groupPath, member, { scimType: 'invalidValue', names: /Operations\[0\]|member/ });
    await refused(
      { method: 'POST', path: '/Groups', body: { schemas: [GROUP], displayName: 'x', members: [{ value: long }] } },
      { scimType: 'invalidValue', names: /members/ },
    );
    await expectWriteRefused(
      stage,
      stage.strict,
      { method: 'POST', path: '/Users', body: { schemas: [USER, long], userName: unique() } },
      { scimType: 'invalidSyntax', names: /schemas|schema/ },
    );
    await expectWriteRefused(
      stage,
      stage.strict,
      { method: 'POST', path: '/Users', body: { schemas: [USER], userName: unique(), [long]: 1 } },
      { scimType: 'invalidSyntax', names: /Attribute/ },
    );
  });
});

describe('wrong types', () => {
  const WRONG: [string, JsonValue][] = [
    ['userName', 5],
    ['userName', {}],
    ['userName', ['a', 'b']],
    ['userName', true],
    ['userName', ' '],
    ['userName', 'a\tb'],
    ['externalId', 5],
    ['active', 'perhaps'],
    ['active', 1],
    ['title', false],
    ['name', 'Ada'],
    ['name', [{ givenName: 'a' }, { givenName: 'b' }]],
    ['emails', 'a@example.com'],
    ['emails', [['a@example.com']]],
    ['emails', [{ value: 5 }]],
    ['emails', [{ value: 'a@example.com', primary: 'perhaps' }]],
    ['emails', [{ value: 'a@example.com', type: {} }]],
    ['photos', [{ value: 'not a uri' }]],
    ['x509Certificates', [{ value: '***' }]],
    [ENTERPRISE, 'x'],
    [ENTERPRISE, [1]],
    ['password', 5],
  ];

  it.each(WRONG)('%s as %j', async (name, value) => {
    const refusal = { scimType: 'invalidValue', names: name === ENTERPRISE ? /enterprise/ : new RegExp(name) };
    const body = { schemas: [USER], userName: unique(), [name]: value };
    await refused({ method: 'POST', path: '/Users', body }, refusal);
    await refused({ method: 'PUT', path: userPath, body }, refusal);
  });

  it.each<[JsonValue]>([
    ['x'],
    [{}],
    [[{}]],
    [[5]],
    [[{ value: 5 }]],
    [[{ value: null }]],
    [[{ value: {} }]],
    [[['a']]],
  ])('members as %j', async (members) => {
    const refusal = { scimType: 'invalidValue', names: /member/ };
    const body = { schemas: [GROUP], displayName: 'x', members };
    await refused({ method: 'POST', path: '/Groups', body }, refusal);
    await refused({ method: 'PUT', path: groupPath, body }, refusal);
    // Removing a member that there is not is no mistake; "x" is the id of none.
    for (const op of members === 'x' ? ['add', 'replace'] : ['add', 'replace', 'remove']) {
      const operation = { op, path: 'members', value: members };
      await refused({ method: 'PATCH', path: groupPath, body: patchBody(operation) }, refusal);
    }
  });

  it.each<[JsonValue]>([['x'], [5], [{}], [[5]], [[null]], [null], [[]], [['urn:x']]])(
    'schemas as %j',
    async (schemas) => {
      const refusal = { scimType: 'invalidSyntax', names: /schemas/ };
      await refused({ method: 'POST', path: '/Users', body: { schemas, userName: unique() } }, refusal);
      await refused({ method: 'PUT', path: userPath, body: { schemas, userName: unique() } }, refusal);
      await refused({ method: 'POST', path: '/Groups', body: { schemas, displayName: 'x' } }, refusal);
    },
  );

  it('what is required is missing', async () => {
    for (const userName of [undefined, null, '', []]) {
      const body: JsonObject = { schemas: [USER], ...(userName === undefined ? {} : { userName }) };
      await refused({ method: 'POST', path: '/Users', body }, { scimType: 'invalidValue', names: /userName/ });
      await refused({ method: 'PUT', path: userPath, body }, { scimType: 'invalidValue', names: /userName/ });
    }
    const body = { schemas: [GROUP], displayName: null };
    await refused({ method: 'POST', path: '/Groups', body }, { scimType: 'invalidValue', names: /displayName/ });
    await refused({ method: 'PUT', path: groupPath, body }, { scimType: 'invalidValue', names: /displayName/ });
  });

  it('an attribute is given twice in different case', async () => {
    const body = { schemas: [USER], userName: unique(), USERNAME: unique() };
    await refused({ method: 'POST', path: '/Users', body }, { scimType: 'invalidSyntax', names: /userName/ });
    const twice = { op: 'add', path: 'title', Path: 'nickName', value: 'x' };
    await refused(
      { method: 'PATCH', path: userPath, body: patchBody(twice) },
      { scimType: 'invalidSyntax', names: /Path/ },
    );
    const keys = { op: 'add', value: { title: 'a', TITLE: 'b' } };
    await refused(
      { method: 'PATCH', path: userPath, body: patchBody(keys) },
      { scimType: 'invalidSyntax', names: /TITLE/ },
    );
  });

  it.each<[JsonValue]>([[5], [{}], [['title']], [true]])('path of an operation as %j', async (path) => {
    const body = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path, value: 'x' }] };
    await refused(
      { method: 'PATCH', path: userPath, body },
      { scimType: 'invalidPath', names: /Operations\[0\].*path/ },
    );
  });
});
