import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../../../src/scim/errors.js';
import { PROFILE_NAMES } from '../../../src/scim/profiles/index.js';
import {
  ENTERPRISE_USER_URN,
  foldDocument,
  GROUP,
  GROUP_URN,
  type JsonValue,
  type ParsedResource,
  parseProjection,
  parseResource,
  project,
  type ResourceType,
  resolveAttribute,
  USER,
  USER_URN,
  validateDocument,
} from '../../../src/scim/schema/index.js';

import { profileNamed } from '../../support/profile.js';

const NAMES = [USER, GROUP].flatMap((type) =>
  [...type.schema.attributes.values()].flatMap((a) => [a.name, ...[...a.subAttributes.values()].map((s) => s.name)]),
);
const key = fc.oneof(
  fc.constantFrom(...NAMES, 'schemas', 'id', 'externalId', 'meta', ENTERPRISE_USER_URN, '__proto__', 'manager'),
  fc.constantFrom(...NAMES).map((name) => name.toUpperCase()),
  fc.string(),
);
const text = fc.oneof(
  fc.constantFrom('True', 'work', 'Work', '', 'a@b', '{"value":"x"}', '2024-01-01T00:00:00Z', 'https://h/Users/1'),
  fc.string({ unit: 'binary' }),
);
const leaf = fc.oneof(text, fc.boolean(), fc.double(), fc.integer(), fc.constant(null));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
  ),
}));
const anyBody = fc.dictionary(key, tree, { maxKeys: 10 });
/** Bodies that have a chance of being accepted. */
const elements = fc.array(
  fc.record(
    {
      value: text,
      type: fc.constantFrom('work', 'WORK', 'other', 'x'),
      primary: fc.constantFrom(false, 'False', null),
      display: text,
      $ref: fc.constantFrom(null, 'https://h/Users/1'),
    },
    { requiredKeys: [] },
  ),
  { maxLength: 5 },
);
const goodBody = fc.record(
  {
    schemas: fc.constant([USER_URN, GROUP_URN]),
    userName: fc.string({ minLength: 1 }),
    displayName: fc.string({ minLength: 1 }),
    title: text,
    active: fc.constantFrom(true, 'False', null),
    name: fc.record({ givenName: text, FAMILYNAME: text }, { requiredKeys: [] }),
    emails: elements,
    roles: elements,
    [ENTERPRISE_USER_URN]: fc.record({ department: text, manager: fc.oneof(text, fc.record({ value: text })) }),
  },
  { requiredKeys: ['schemas', 'userName', 'displayName'] },
);
/** By name, so that a counterexample can be read. */
const type = fc.constantFrom('User', 'Group');
const typeOf = (name: string): ResourceType => (name === 'User' ? USER : GROUP);
const profileName = fc.constantFrom(...PROFILE_NAMES);

/** The result, or undefined when the body was refused; anything but a ScimError fails the test. */
function parsed(...[resourceType, body, rules]: Parameters<typeof parseResource>): ParsedResource | undefined {
  try {
    return parseResource(resourceType, body, rules);
  } catch (error) {
    if (error instanceof ScimError && error.status === 400) return undefined;
    throw error;
  }
}

describe('properties', () => {
  it('MT-11 SEC-03 parseResource refuses arbitrary JSON with a ScimError and nothing else', () => {
    fc.assert(
      fc.property(type, fc.oneof(anyBody, tree), profileName, (typeName, body, name) => {
        const resourceType = typeOf(typeName);
        parsed(resourceType, body, profileNamed(name).parse);
      }),
      { numRuns: 2000 },
    );
  });

  it('CRE-25 what parseResource accepts is a fixed point of it and of validateDocument', () => {
    let accepted = 0;
    fc.assert(
      fc.property(type, fc.oneof(goodBody, anyBody), profileName, (typeName, body, name) => {
        const resourceType = typeOf(typeName);
        const rules = profileNamed(name).parse;
        const first = parsed(resourceType, body, rules);
        if (first === undefined) return;
        accepted += 1;
        expect(parseResource(resourceType, first.document, rules).document).toEqual(first.document);
        expect(validateDocument(resourceType, first.document)).toEqual(first.document);
        expect(leaves(first.document).filter((value) => value === null || value === '')).toEqual([]);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(300);
  });

  it('folding twice is folding once', () => {
    fc.assert(
      fc.property(goodBody, (body) => {
        const first = parsed(USER, body, profileNamed('generic').parse);
        if (first === undefined) return;
        const folded = foldDocument(USER, first.document);
        expect(foldDocument(USER, { ...folded, ...extensionOf(folded) })).toEqual(folded);
      }),
    );
  });

  it('SEC-03 paths and projections of any text neither throw nor invent attributes', () => {
    fc.assert(
      fc.property(type, fc.oneof(key, fc.string()), (typeName, path) => {
        const resourceType = typeOf(typeName);
        const found = resolveAttribute(resourceType, path, { bareExtensionNames: true });
        if (found !== undefined) expect(path.toLowerCase()).toContain(found.attribute.name.toLowerCase());
        const resource = { schemas: [resourceType.schema.id], id: '1' };
        expect(project(resourceType, resource, parseProjection(resourceType, path, undefined, 100))).toEqual(resource);
      }),
    );
  });
});

/** All values at the ends of a document; an empty array or object counts as null. */
function leaves(value: JsonValue): JsonValue[] {
  if (typeof value !== 'object' || value === null) return [value];
  const members = Object.values(value);
  return members.length === 0 ? [null] : members.flatMap(leaves);
}

function extensionOf(folded: object): object {
  return Object.fromEntries(Object.entries(folded).filter(([name]) => name === ENTERPRISE_USER_URN));
}
