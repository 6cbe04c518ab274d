import { describe, expect, it } from '@jest/globals';
import { RollcallError } from '../../../src/errors/index.js';
import {
  type Attribute,
  COMMON,
  compileResourceType,
  compileSchema,
  ENTERPRISE_USER,
  GROUP,
  publishResourceType,
  publishSchema,
  resolveAttribute,
  type Schema,
  USER,
} from '../../../src/scim/schema/index.js';

function attribute(path: string, type = USER): Attribute {
  const found = resolveAttribute(type, path, { bareExtensionNames: true });
  if (found === undefined) throw new Error(`no ${path}`);
  return found.subAttribute ?? found.attribute;
}

function everyAttribute(schema: Schema): Attribute[] {
  return [...schema.attributes.values()].flatMap((top) => [top, ...top.subAttributes.values()]);
}

const SCHEMAS = [USER.schema, GROUP.schema, ENTERPRISE_USER];

describe('the core schemas', () => {
  it('SCH-09 requires the displayName of a group (erratum 5368)', () => {
    expect(attribute('displayName', GROUP).required).toBe(true);
  });

  it('SCH-10 lets groups.$ref refer to groups only (erratum 8471)', () => {
    expect(attribute('groups.$ref').referenceTypes).toEqual(['Group']);
  });

  it('SCH-11 ENT-04 compares manager.value case-exact (erratum 8472)', () => {
    expect(attribute('manager.value').caseExact).toBe(true);
  });

  it('SCH-12 makes every reference and binary value case-exact (errata 6000, 6001)', () => {
    const exact = SCHEMAS.flatMap(everyAttribute).filter(({ type }) => type === 'reference' || type === 'binary');
    expect(exact.length).toBeGreaterThan(4);
    expect(exact.every(({ caseExact }) => caseExact)).toBe(true);
  });

  it('SCH-13 SCH-14 has addresses.primary and members.display (errata 6005, 6011)', () => {
    expect(attribute('addresses.primary').type).toBe('boolean');
    expect(attribute('members.display', GROUP).mutability).toBe('immutable');
  });

  it('SCH-08 gives complex attributes neither case nor uniqueness (erratum 6004)', () => {
    for (const complex of SCHEMAS.flatMap(everyAttribute).filter(({ type }) => type === 'complex')) {
      expect([complex.caseExact, complex.uniqueness]).toEqual([false, 'none']);
    }
  });

  it.each([
    ['emails.type', ['work', 'home', 'other']],
    ['addresses.type', ['work', 'home', 'other']],
    ['phoneNumbers.type', ['work', 'home', 'mobile', 'fax', 'pager', 'other']],
    ['photos.type', ['photo', 'thumbnail']],
    ['ims.type', ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo', 'other']],
    ['groups.type', ['direct', 'indirect']],
  ])('SCH-22 has the canonical values of %s', (path, values) => {
    expect(attribute(path).canonicalValues).toEqual(values);
  });

  it('SCH-22 has the canonical values of members.type', () => {
    expect(attribute('members.type', GROUP).canonicalValues).toEqual(['User', 'Group']);
  });

  it('SCH-27 has the characteristics of section 8.7.1', () => {
    expect(attribute('userName')).toMatchObject({ required: true, caseExact: false, uniqueness: 'server' });
    expect(attribute('password')).toMatchObject({ mutability: 'writeOnly', returned: 'never' });
    const groups = attribute('groups');
    expect([groups, ...groups.subAttributes.values()].every(({ mutability }) => mutability === 'readOnly')).toBe(true);
    const members = attribute('members', GROUP);
    expect(members.mutability).toBe('readWrite');
    expect([...members.subAttributes.values()].every(({ mutability }) => mutability === 'immutable')).toBe(true);
    expect(attribute('manager.displayName').mutability).toBe('readOnly');
  });

  it('SCH-21 keeps common attributes out of the schemas (errata 8418, 8419)', () => {
    for (const schema of SCHEMAS) for (const name of COMMON.keys()) expect(schema.attributes.has(name)).toBe(false);
    expect(COMMON.get('id')).toMatchObject({ returned: 'always', caseExact: true, mutability: 'readOnly' });
    expect(COMMON.get('schemas')).toMatchObject({ returned: 'always', multiValued: true });
  });

  it('MV-06 does not call display read-only (erratum 8358)', () => {
    expect(attribute('emails.display')).toMatchObject({ mutability: 'readWrite' });
    expect(attribute('emails.display').description).not.toMatch(/read-only/i);
  });
});

describe('compileSchema', () => {
  it('DAT-17 COM-21 takes the defaults of section 2.2', () => {
    const schema = compileSchema({ id: 'urn:example:2.0:Badge', attributes: [{ name: 'colour' }] });
    expect(schema.attributes.get('colour')).toEqual({
      name: 'colour',
      description: '',
      type: 'string',
      multiValued: false,
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
      canonicalValues: [],
      referenceTypes: [],
      subAttributes: new Map(),
    });
  });

  it.each([
    ['SCH-24 a bad name', { name: '__proto__' }],
    ['SCH-05 an unknown type', { name: 'a', type: 'text' }],
    ['SCH-25 an unknown mutability', { name: 'a', mutability: 'readwrite' }],
    ['SCH-07 a complex attribute without sub-attributes', { name: 'a', type: 'complex' }],
    [
      'SCH-06 a complex sub-attribute',
      { name: 'a', type: 'complex', subAttributes: [{ name: 'b', type: 'complex', subAttributes: [{ name: 'c' }] }] },
    ],
    ['a wrong kind of characteristic', JSON.parse('{"name":"a","required":"yes"}')],
    ['a wrong kind of list', JSON.parse('{"name":"a","canonicalValues":[1]}')],
  ])('refuses %s', (_title, definition) => {
    expect(() => compileSchema({ id: 'urn:example:x', attributes: [definition] })).toThrow(RollcallError);
  });

  it('COM-20 refuses an extension that redefines a core attribute or repeats a URN', () => {
    const clash = compileSchema({ id: 'urn:example:x', attributes: [{ name: 'USERNAME' }] });
    for (const schema of [clash, USER.schema]) {
      expect(() => compileResourceType({ ...USER, extensions: [{ schema, required: false }] })).toThrow(RollcallError);
    }
  });

  it('SCH-24 accepts $ref and refuses a name twice', () => {
    expect(compileSchema({ id: 'urn:example:x', attributes: [{ name: '$ref' }] }).attributes.size).toBe(1);
    expect(() => compileSchema({ id: 'urn:example:x', attributes: [{ name: 'a' }, { name: 'A' }] })).toThrow('twice');
  });
});

describe('publishSchema', () => {
  it.each(SCHEMAS.map((schema) => [schema.id, schema] as const))(
    'SCH-03 SCH-04 SCH-23 SCH-26 publishes %s',
    (id, schema) => {
      const published = publishSchema(schema, 'https://h/scim/v2/k');
      expect(published).toMatchObject({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
        id,
        meta: { resourceType: 'Schema', location: `https://h/scim/v2/k/Schemas/${id}` },
      });
      expect(JSON.stringify(published)).not.toContain('null');
      const check = (list: unknown): void => {
        for (const item of list as Record<string, unknown>[]) {
          expect(Object.keys(item)).toEqual(
            expect.arrayContaining([
              'name',
              'type',
              'multiValued',
              'description',
              'required',
              'mutability',
              'returned',
            ]),
          );
          expect('caseExact' in item && 'uniqueness' in item).toBe(item.type !== 'complex');
          expect('referenceTypes' in item).toBe(item.type === 'reference');
          if (item.type === 'complex') check(item.subAttributes);
          else expect(item).not.toHaveProperty('subAttributes');
        }
      };
      check(published.attributes);
    },
  );

  it('SCH-04 compiles back to the same schema', () => {
    for (const schema of SCHEMAS) {
      const published = JSON.parse(JSON.stringify(publishSchema(schema, '')));
      expect(compileSchema(published)).toEqual(schema);
    }
  });
});

describe('publishResourceType', () => {
  it('RT-03 RT-04 RT-05 RT-06 names endpoint, schema and extensions', () => {
    expect(publishResourceType(USER, 'https://h')).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      description: 'User Account',
      endpoint: '/Users',
      schema: USER.schema.id,
      schemaExtensions: [{ schema: ENTERPRISE_USER.id, required: false }],
      meta: { resourceType: 'ResourceType', location: 'https://h/ResourceTypes/User' },
    });
    expect(publishResourceType(GROUP, '')).not.toHaveProperty('schemaExtensions');
  });
});
