import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../../../src/scim/errors.js';
import { applyPatch, parsePatch } from '../../../src/scim/patch/index.js';
import { GROUP, type JsonValue, USER } from '../../../src/scim/schema/index.js';
import { ENTERPRISE, envelope, LIMITS, patchUser, rulesOf, storedUser } from './fixture.js';

const TYPES = ['work', 'home', 'other'];
const SINGLE = ['displayName', 'nickName', 'title'];

const text = fc.stringMatching(/^[a-z]{1,4}$/);
const email = fc.record({ value: text, type: fc.constantFrom(...TYPES) });
const emails = fc.uniqueArray(email, { maxLength: 4, selector: ({ value, type }) => `${type} ${value}` });

/** Freezes all of a document, so that a write to it throws. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    Object.values(value).forEach(frozen);
    Object.freeze(value);
  }
  return value;
}

const replacePaths = [
  ...SINGLE,
  'name',
  'emails',
  'emails[type eq "work"].value',
  'emails[type eq "home"].primary',
  'addresses[type eq "work"].locality',
  'roles[primary eq "True"].value',
  'active',
  `${ENTERPRISE}:manager`,
  'manager',
  ENTERPRISE,
  'schemas',
];
const anyPath = fc.oneof(
  fc.constantFrom(
    ...replacePaths,
    'members',
    'members[value eq "a"]',
    'id',
    'password',
    'externalId',
    'emails[',
    'x..y',
  ),
  fc.string({ maxLength: 30 }),
);
const jsonValue = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
const keyed = fc.dictionary(fc.oneof(anyPath, fc.constantFrom('__proto__', 'constructor', 'value', 'type')), jsonValue);
const sent = fc.record(
  {
    op: fc.oneof(fc.constantFrom('add', 'Remove', 'replace', 'REPLACE'), jsonValue),
    path: anyPath as fc.Arbitrary<JsonValue>,
    value: fc.oneof(jsonValue, keyed, fc.array(keyed, { maxLength: 3 })),
  },
  { requiredKeys: ['op'] },
);

describe('PATCH properties', () => {
  it('a set of replaces applied twice is the same as once, and reports no change', () => {
    const replace = fc.oneof(
      fc.record({
        op: fc.constant('replace'),
        path: fc.constantFrom(
          ...SINGLE,
          'name.givenName',
          'emails[type eq "work"].value',
          'emails[type eq "other"].display',
        ),
        value: text,
      }),
      fc.record({ op: fc.constant('replace'), path: fc.constant('emails'), value: emails }),
      fc.record({
        op: fc.constant('replace'),
        path: fc.constant(ENTERPRISE),
        value: fc.record({ department: text, manager: text }),
      }),
    );
    const uniquePaths = fc.uniqueArray(replace, { minLength: 1, maxLength: 5, selector: ({ path }) => path });
    fc.assert(
      fc.property(uniquePaths, (operations) => {
        const independent = operations.filter(
          ({ path }, _, all) =>
            path === 'emails' || !path.startsWith('emails') || !all.some((other) => other.path === 'emails'),
        );
        const once = patchUser(storedUser(), independent as JsonValue[]);
        const twice = patchUser(once.document, independent as JsonValue[]);
        expect(twice.document).toEqual(once.document);
        expect(twice.changed).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['generic', 'strict', 'onelogin'])(
    'throws nothing but ScimError, and never touches its input (%s)',
    (profile) => {
      const rules = rulesOf(profile);
      const bodies = fc.oneof(
        jsonValue,
        fc.array(sent, { maxLength: 4 }).map((list) => envelope(...(list as JsonValue[]))),
      );
      const full = storedUser({
        schemas: [USER.schema.id, ENTERPRISE],
        [ENTERPRISE]: { department: 'Art', manager: { value: 'm' } },
      });
      const documents = [
        { type: USER, document: frozen(full) },
        { type: GROUP, document: frozen({ schemas: [GROUP.schema.id], displayName: 'Editors' }) },
      ];
      fc.assert(
        fc.property(bodies, (body) => {
          for (const { type, document } of documents) {
            try {
              applyPatch(type, document, parsePatch(type, frozen(body), rules, LIMITS), rules);
            } catch (error) {
              if (!(error instanceof ScimError)) throw error;
              expect(error.status).toBe(400);
            }
          }
        }),
        { numRuns: 1500 },
      );
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );
});
