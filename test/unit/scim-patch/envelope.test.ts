import { describe, expect, it } from '@jest/globals';
import { ScimError } from '../../../src/scim/errors.js';
import { parsePatch } from '../../../src/scim/patch/index.js';
import { GROUP, USER } from '../../../src/scim/schema/index.js';
import { ENTERPRISE, envelope, errorOf, LIMITS, PATCH_OP, patchUser, refusal, rulesOf, storedUser } from './fixture.js';

function parse(body: unknown, profile = 'generic', limits = LIMITS): unknown {
  return parsePatch(USER, body, rulesOf(profile), limits);
}

const RENAME = { op: 'replace', path: 'displayName', value: 'Mira O' };

describe('the PATCH envelope', () => {
  it.each([[undefined], [[]], [['urn:ietf:params:scim:api:messages:2.0:SearchRequest']], ['PatchOp']])(
    'PAT-01 refuses schemas %j',
    (schemas) => {
      expect(refusal(() => parse({ schemas, Operations: [RENAME] }))).toBe('400 invalidSyntax');
    },
  );

  it('PAT-01 takes schemas as a URN without regard to case', () => {
    expect(() => parse({ schemas: [PATCH_OP.toUpperCase()], Operations: [RENAME] })).not.toThrow();
  });

  it.each([[undefined], [[]], [RENAME], ['x'], [null]])('PAT-02 refuses Operations %j', (Operations) => {
    expect(refusal(() => parse({ schemas: [PATCH_OP], Operations }))).toBe('400 invalidSyntax');
  });

  it.each([[null], [7], ['text'], [[]], [undefined]])('PAT-02 refuses the body %j', (body) => {
    expect(refusal(() => parse(body))).toBe('400 invalidSyntax');
  });

  it.each([['move'], ['test'], [undefined], [3], [null]])('PAT-03 refuses op %j and names it', (op) => {
    const error = errorOf(() => parse(envelope(RENAME, { ...RENAME, op: op as string })));
    expect(error.scimType).toBe('invalidSyntax');
    expect(error.detail).toContain('Operations[1]');
    expect(error.detail).toContain(typeof op === 'string' ? op : 'missing');
  });

  it('PAT-04 takes op in any case, in strict only in lower case', () => {
    for (const op of ['Add', 'REPLACE', 'Replace', 'add']) {
      expect(() => parse(envelope({ ...RENAME, op }))).not.toThrow();
    }
    expect(() => parse(envelope({ ...RENAME, op: 'replace' }), 'strict')).not.toThrow();
    expect(refusal(() => parse(envelope({ ...RENAME, op: 'Replace' }), 'strict'))).toBe('400 invalidSyntax');
  });

  it('PAT-05 applies operations in order', () => {
    const { document } = patchUser(storedUser(), [
      { op: 'add', path: 'nickName', value: 'first' },
      { op: 'replace', path: 'nickName', value: 'second' },
      { op: 'remove', path: 'displayName' },
      { op: 'add', path: 'displayName', value: 'again' },
    ]);
    expect(document).toMatchObject({ nickName: 'second', displayName: 'again' });
  });

  it('PAT-06 leaves the document alone when a later operation fails', () => {
    const document = storedUser();
    const failing = () =>
      patchUser(document, [RENAME, { op: 'replace', path: 'emails[type eq "shed"].value', value: 'a@example.com' }]);
    expect(refusal(failing)).toBe('400 noTarget');
    expect(document).toEqual(storedUser());
  });

  it('PAT-15 checks every operation before the first is applied', () => {
    const error = errorOf(() => parse(envelope(RENAME, RENAME, { op: 'replace', path: 'active', value: 'perhaps' })));
    expect(error.scimType).toBe('invalidValue');
    expect(error.detail).toMatch(/^Operations\[2\] replace active: /);
  });

  it('PAT-15 validates the type of a path-less key and names it', () => {
    const error = errorOf(() => parse(envelope({ op: 'replace', value: { title: 'ok', nickName: 5 } })));
    expect(error.scimType).toBe('invalidValue');
    expect(error.detail).toMatch(/^Operations\[0\] replace nickName: /);
  });

  it('PAT-21 reads the keys of envelope and values in any case', () => {
    const rules = rulesOf('strict');
    const body = { SCHEMAS: [PATCH_OP], operations: [{ OP: 'replace', Path: 'DISPLAYNAME', VALUE: 'Mira O' }] };
    expect(parsePatch(USER, body, rules, LIMITS)).toHaveLength(1);
    expect(
      patchUser(storedUser(), [{ op: 'replace', value: { displayname: 'Low', NAME: { GIVENNAME: 'G' } } }]).document,
    ).toMatchObject({ displayName: 'Low', name: { givenName: 'G', familyName: 'Olsen' } });
  });

  it('PAT-21 refuses a key that comes twice in different case (A-21)', () => {
    expect(refusal(() => parse(envelope({ op: 'add', OP: 'remove', path: 'title' })))).toBe('400 invalidSyntax');
    expect(refusal(() => parse(envelope({ op: 'add', value: { title: 'a', Title: 'b' } })))).toBe('400 invalidSyntax');
    expect(refusal(() => parse({ ...envelope(RENAME), operations: [RENAME] }))).toBe('400 invalidSyntax');
  });

  it.each(['title', 'emails', 'name', 'members', 'schemas', 'active', 'emails[type eq "work"]', ENTERPRISE, undefined])(
    'a value nested 100,000 deep at %s is refused or ignored, not a crash',
    (path) => {
      for (const [open, close] of [
        ['[', ']'],
        ['{"value":', '}'],
      ] as const) {
        const deep = JSON.parse(`${open.repeat(100_000)}1${close.repeat(100_000)}`);
        for (const op of ['add', 'replace', 'remove', deep]) {
          const operation = path === undefined ? { op, value: deep } : { op, path, value: deep };
          for (const type of [USER, GROUP]) {
            const step = () => parsePatch(type, envelope(operation), rulesOf('generic'), LIMITS);
            try {
              step();
            } catch (error) {
              expect(error).toBeInstanceOf(ScimError);
            }
          }
        }
      }
    },
  );

  it('names the limit on operations', () => {
    const error = errorOf(() => parse(envelope(RENAME, RENAME, RENAME), 'generic', { ...LIMITS, operations: 2 }));
    expect(error.status).toBe(400);
    expect(error.detail).toContain('limit of 2');
  });

  it('names the limit on members over all operations', () => {
    const add = { op: 'add', path: 'members', value: [{ value: 'a' }, { value: 'b' }] };
    const limits = { ...LIMITS, members: 3 };
    const error = errorOf(() => parsePatch(GROUP, envelope(add, add), rulesOf('generic'), limits));
    expect(error.detail).toMatch(/^Operations\[1\] add members: .*limit of 3/);
  });

  it.each([['__proto__'], ['constructor'], ['toString'], ['hasOwnProperty']])('the key %s is harmless', (key) => {
    const value = JSON.parse(`{"${key}": {"polluted": true}, "name": {"${key}": {"polluted": true}}}`);
    const { document, changed } = patchUser(storedUser(), [{ op: 'replace', value }]);
    expect(changed).toBe(false);
    expect(document).toEqual(storedUser());
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect(refusal(() => parse(envelope({ op: 'replace', path: key, value: 'x' })))).toBe('400 invalidPath');
    const extension = JSON.parse(`{"${ENTERPRISE}": {"${key}": "x"}}`);
    expect(patchUser(storedUser(), [{ op: 'add', value: extension }]).changed).toBe(false);
  });
});
