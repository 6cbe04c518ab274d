import { compileAttributes } from './compile-schema.js';
import type { Attribute } from './types.js';

/**
 * The attributes of RFC 7643 section 3.1 and `schemas`, by lower-case name. They belong to every resource type and to
 * no schema (errata 8418, 8419). `schemas` is always returned (erratum 8084); the parts of a URN that name schemas are
 * compared without regard to case.
 */
export const COMMON: ReadonlyMap<string, Attribute> = compileAttributes(
  [
    {
      name: 'schemas',
      description: 'The URIs of the schemas whose attributes the resource has.',
      multiValued: true,
      required: true,
      returned: 'always',
    },
    {
      name: 'id',
      description: 'Identifier of the resource, issued by the service provider.',
      caseExact: true,
      mutability: 'readOnly',
      returned: 'always',
      uniqueness: 'server',
    },
    {
      name: 'externalId',
      description: 'Identifier of the resource as the provisioning client knows it.',
      caseExact: true,
    },
    {
      name: 'meta',
      description: 'What the service provider notes about the resource.',
      type: 'complex',
      mutability: 'readOnly',
      subAttributes: [
        { name: 'resourceType', description: 'Name of the resource type.', caseExact: true, mutability: 'readOnly' },
        { name: 'created', description: 'When it was added.', type: 'dateTime', mutability: 'readOnly' },
        { name: 'lastModified', description: 'When it last changed.', type: 'dateTime', mutability: 'readOnly' },
        { name: 'location', description: 'URI of the resource.', type: 'reference', mutability: 'readOnly' },
        { name: 'version', description: 'Entity tag of the resource.', caseExact: true, mutability: 'readOnly' },
      ],
    },
  ],
  'common',
  1,
);
