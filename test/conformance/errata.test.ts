import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ScimServer, startScimServer } from '../support/scim-server.js';

// biome-ignore lint/suspicious/noExplicitAny: published JSON, looked into piece by piece
type Json = any;

const CORE = 'urn:ietf:params:scim:schemas:core:2.0';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

let server: ScimServer;
let schemas: Json[];
let user: Json;
let group: Json;
let enterprise: Json;
let config: Json;
let resourceType: Json;
let metaSchema: Json;
beforeAll(async () => {
  server = await startScimServer();
  schemas = (await server.request('GET', '/Schemas')).body.Resources;
  const named = (id: string) => schemas.find((schema) => schema.id === id);
  [user, group, enterprise] = [named(`${CORE}:User`), named(`${CORE}:Group`), named(ENTERPRISE)];
  config = named(`${CORE}:ServiceProviderConfig`);
  [resourceType, metaSchema] = [named(`${CORE}:ResourceType`), named(`${CORE}:Schema`)];
});
afterAll(() => server.close());

/** An attribute, or by a path with dots a sub-attribute at any depth. */
function at(schema: Json, path: string): Json {
  return path
    .split('.')
    .reduce(
      (parent, name) => (parent.attributes ?? parent.subAttributes).find((each: Json) => each.name === name),
      schema,
    );
}

/** Every attribute and sub-attribute, with the path it has in its schema. */
function every(parent: Json, path = parent.id): { path: string; attribute: Json }[] {
  return (parent.attributes ?? parent.subAttributes ?? []).flatMap((attribute: Json) => [
    { path: `${path}:${attribute.name}`, attribute },
    ...every(attribute, `${path}:${attribute.name}`),
  ]);
}

const TYPES = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'];

// Each verified and held erratum to RFC 7643 that says something of a published schema, and those that were reported and
// only add something. The others are about words and examples.
const ERRATA: [number, string, ids: string, look: () => void][] = [
  [5368, 'displayName of a group is required', 'SCH-09', () => expect(at(group, 'displayName').required).toBe(true)],
  [
    5606,
    'binary is a type',
    'SCH-05',
    () => {
      expect(at(metaSchema, 'attributes.type').canonicalValues.toSorted()).toEqual(TYPES.toSorted());
      expect(at(user, 'x509Certificates.value').type).toBe('binary');
    },
  ],
  [
    5607,
    'schemaExtensions is multi-valued',
    'SCH-15',
    () => expect(at(resourceType, 'schemaExtensions').multiValued).toBe(true),
  ],
  [
    6001,
    'references and binary values are case-exact',
    'SCH-12',
    () => {
      for (const { path, attribute } of schemas.flatMap((schema) => every(schema))) {
        if (!['reference', 'binary'].includes(attribute.type)) continue;
        expect([path, attribute.caseExact]).toEqual([path, true]);
      }
    },
  ],
  [
    6004,
    'complex attributes have no uniqueness',
    'SCH-08',
    () => {
      for (const { path, attribute } of schemas.flatMap((schema) => every(schema))) {
        if (attribute.type !== 'complex') continue;
        expect([path, attribute.uniqueness, attribute.caseExact]).toEqual([path, undefined, undefined]);
      }
    },
  ],
  [6005, 'addresses have primary', 'SCH-13', () => expect(at(user, 'addresses.primary').type).toBe('boolean')],
  [6011, 'members have display', 'SCH-14', () => expect(at(group, 'members.display').type).toBe('string')],
  [
    7522,
    'referenceTypes is multi-valued, also of sub-attributes',
    'SCH-15',
    () => {
      expect(at(metaSchema, 'attributes.referenceTypes').multiValued).toBe(true);
      expect(at(metaSchema, 'attributes.subAttributes.referenceTypes').multiValued).toBe(true);
    },
  ],
  [
    8011,
    'authenticationSchemes have a type',
    'SPC-11',
    () => expect(at(config, 'authenticationSchemes.type')).toMatchObject({ type: 'string', required: true }),
  ],
  [
    8358,
    'no display is called READ-ONLY or is it, but that of groups and members',
    'MV-06',
    () => {
      for (const { path, attribute } of every(user).filter(({ attribute: { name } }) => name === 'display')) {
        const readOnly = path.endsWith(':groups:display');
        expect([path, attribute.mutability]).toEqual([path, readOnly ? 'readOnly' : 'readWrite']);
        expect(attribute.description).not.toMatch(/read-only/i);
      }
    },
  ],
  [
    8359,
    'value and $ref of a manager are not required (6403 as well)',
    'ENT-03',
    () => {
      for (const name of ['manager', 'manager.value', 'manager.$ref']) {
        expect(at(enterprise, name).required).toBe(false);
        expect(at(enterprise, name).description).not.toMatch(/REQUIRED/);
      }
    },
  ],
  [
    8365,
    'a type has one endpoint',
    'RT-11',
    () => expect(at(resourceType, 'endpoint')).toMatchObject({ multiValued: false }),
  ],
  [
    8415,
    'sub-attributes are not complex (8435 as well)',
    'SCH-06',
    () => {
      for (const schema of schemas.filter((each) => each !== metaSchema)) {
        for (const attribute of schema.attributes) {
          for (const sub of attribute.subAttributes ?? []) expect(sub.type).not.toBe('complex');
        }
      }
      const types = at(metaSchema, 'attributes.subAttributes.type').canonicalValues;
      expect(types.toSorted()).toEqual(TYPES.filter((type) => type !== 'complex').toSorted());
    },
  ],
  [
    8417,
    'schemas have schemas and meta (5999 as well)',
    'SCH-03',
    () => {
      for (const { id, schemas: urns, meta } of schemas) {
        expect(urns).toEqual([`${CORE}:Schema`]);
        expect(meta).toEqual({ resourceType: 'Schema', location: `${server.baseUrl}/Schemas/${id}` });
      }
    },
  ],
  [
    8418,
    'id is in no list of attributes but those of the discovery schemas (8419, 8363, 8366 as well)',
    'SCH-21',
    () => {
      for (const schema of [user, group, enterprise]) {
        for (const name of ['id', 'externalId', 'meta', 'schemas']) expect(at(schema, name)).toBeUndefined();
      }
    },
  ],
  [
    8471,
    'groups of a user refer to groups',
    'SCH-10',
    () => expect(at(user, 'groups.$ref').referenceTypes).toEqual(['Group']),
  ],
  [
    8472,
    'the value of a manager is case-exact',
    'SCH-11, ENT-04',
    () => expect(at(enterprise, 'manager.value').caseExact).toBe(true),
  ],
  [
    8475,
    'name and endpoint of a type are unique and case-exact',
    'RT-05',
    () => {
      for (const name of ['name', 'endpoint']) {
        expect(at(resourceType, name)).toMatchObject({ uniqueness: 'server', caseExact: true });
      }
    },
  ],
  [9018, 'ServiceProviderConfig has etag', 'SPC-11', () => expect(at(config, 'etag.supported').type).toBe('boolean')],
];

it.each(ERRATA.map(([number, says, ids, look]) => ({ number, says, ids, look })))(
  '$ids: erratum $number: $says',
  ({ look }) => look(),
);
