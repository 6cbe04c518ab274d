import { describe, expect, it } from '@jest/globals';
import { type Attribute, compileSchema, DISCOVERY_SCHEMAS, publishSchema } from '../../../src/scim/schema/index.js';

function attribute(schemaName: string, ...names: readonly string[]): Attribute | undefined {
  const schema = DISCOVERY_SCHEMAS.find(({ name }) => name === schemaName);
  const [first = '', ...rest] = names;
  return rest.reduce<Attribute | undefined>(
    (parent, name) => parent?.subAttributes.get(name),
    schema?.attributes.get(first),
  );
}

describe('the schemas of discovery resources', () => {
  it('SCH-17 are those of all three', () => {
    expect(DISCOVERY_SCHEMAS.map(({ id }) => id.split(':').at(-1))).toEqual([
      'ServiceProviderConfig',
      'ResourceType',
      'Schema',
    ]);
  });

  it('SPC-04 SPC-11 CUR-01 list etag, the type of authentication schemes, primary and pagination', () => {
    expect(attribute('ServiceProviderConfig', 'etag', 'supported')?.required).toBe(true);
    expect(attribute('ServiceProviderConfig', 'authenticationschemes', 'type')?.required).toBe(true);
    expect(attribute('ServiceProviderConfig', 'authenticationschemes', 'primary')?.type).toBe('boolean');
    expect(attribute('ServiceProviderConfig', 'pagination', 'cursor')?.required).toBe(true);
  });

  it('RT-05 make name and endpoint of a resource type unique (erratum 8475)', () => {
    for (const name of ['name', 'endpoint']) {
      expect(attribute('ResourceType', name)).toMatchObject({ caseExact: true, uniqueness: 'server' });
    }
  });

  it('SCH-15 let schemaExtensions and referenceTypes be plural (errata 7522, 5607)', () => {
    expect(attribute('ResourceType', 'schemaextensions')?.multiValued).toBe(true);
    expect(attribute('Schema', 'attributes', 'referencetypes')?.multiValued).toBe(true);
    expect(attribute('Schema', 'attributes', 'subattributes', 'referencetypes')?.multiValued).toBe(true);
  });

  it('SCH-05 know the type binary (erratum 5606)', () => {
    expect(attribute('Schema', 'attributes', 'type')?.canonicalValues).toContain('binary');
  });

  it('SPC-05 RT-09 SCH-20 are readOnly throughout', () => {
    const check = (attributes: Iterable<Attribute>): void => {
      for (const { mutability, subAttributes } of attributes) {
        expect(mutability).toBe('readOnly');
        check(subAttributes.values());
      }
    };
    for (const { attributes } of DISCOVERY_SCHEMAS) check(attributes.values());
  });

  it('SCH-04 SCH-06 compile back to the same schema', () => {
    for (const schema of DISCOVERY_SCHEMAS) {
      expect(compileSchema(JSON.parse(JSON.stringify(publishSchema(schema, ''))))).toEqual(schema);
    }
  });
});
