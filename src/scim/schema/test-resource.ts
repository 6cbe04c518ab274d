import type { SchemaFile } from './build-resource-types.js';

const BASE = 'urn:ietf:params:scim:schemas:test:2.0:TestResource';
const EXTENSION = 'urn:ietf:params:scim:schemas:extension:test:2.0:TestResource';

/** A type and characteristic of RFC 7643 each, for conformance tests to be run against a server. */
export const TEST_RESOURCE_FILES: readonly SchemaFile[] = [
  {
    name: 'TestResource (SCIM_TEST_RESOURCES)',
    content: [
      {
        id: BASE,
        name: 'TestResource',
        description: 'One attribute of each type and characteristic, for conformance tests',
        attributes: [
          { name: 'displayName', required: true, description: 'Required, compared without regard to case' },
          { name: 'caseExactText', caseExact: true, description: 'Compared with regard to case' },
          { name: 'uniqueText', uniqueness: 'server', description: 'No two resources may have the same' },
          { name: 'immutableText', mutability: 'immutable', description: 'Set once' },
          {
            name: 'secretText',
            mutability: 'writeOnly',
            returned: 'never',
            caseExact: true,
            description: 'Kept and never shown',
          },
          { name: 'readOnlyText', mutability: 'readOnly', description: 'What a client sends of it is ignored' },
          { name: 'onRequest', returned: 'request', description: 'Shown only when it is asked for' },
          { name: 'alwaysText', returned: 'always', description: 'Shown whatever is asked for' },
          { name: 'count', type: 'integer', description: 'A whole number' },
          { name: 'ratio', type: 'decimal', description: 'A number' },
          { name: 'flag', type: 'boolean', description: 'True or false' },
          { name: 'moment', type: 'dateTime', description: 'A time' },
          { name: 'data', type: 'binary', description: 'Bytes in base64' },
          { name: 'link', type: 'reference', referenceTypes: ['external'], description: 'A URI' },
          { name: 'tags', multiValued: true, description: 'Several simple values' },
          { name: 'colour', canonicalValues: ['red', 'green'], description: 'Suggested values' },
          {
            name: 'detail',
            type: 'complex',
            description: 'One complex value',
            subAttributes: [
              { name: 'first', description: 'A part' },
              { name: 'second', type: 'integer', description: 'Another' },
            ],
          },
          {
            name: 'items',
            type: 'complex',
            multiValued: true,
            description: 'Several complex values',
            subAttributes: [
              { name: 'value', description: 'The value' },
              { name: 'type', canonicalValues: ['one', 'two'], description: 'Which one it is' },
              { name: 'primary', type: 'boolean', description: 'At most one of them is' },
              { name: 'display', description: 'A name for it' },
            ],
          },
        ],
      },
      {
        id: EXTENSION,
        name: 'TestResourceExtension',
        description: 'A required extension',
        attributes: [
          { name: 'extRequired', required: true, description: 'Required' },
          { name: 'extOptional', type: 'integer', description: 'Optional' },
        ],
      },
      {
        name: 'TestResource',
        description: 'For conformance tests',
        endpoint: '/TestResources',
        schema: BASE,
        schemaExtensions: [{ schema: EXTENSION, required: true }],
      },
    ],
  },
];
