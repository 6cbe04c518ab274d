/** What filters and PATCH need to know of an attribute, written out of RFC 7643 with its errata and not out of the code. */
export interface Attribute {
  readonly name: string;
  readonly kind: Kind;
  readonly many: boolean;
  /** Of a complex one. */
  readonly parts: readonly Attribute[];
  /** Neither shown nor compared. */
  readonly secret?: boolean;
}

/** `text` is compared without regard to case, `exact` and `reference` with it. */
export type Kind = 'text' | 'exact' | 'reference' | 'dateTime' | 'number' | 'boolean' | 'binary' | 'complex';

export interface Shape {
  readonly urn: string;
  readonly attributes: readonly Attribute[];
  readonly extension: { readonly urn: string; readonly attributes: readonly Attribute[] } | undefined;
}

const one = (kind: Exclude<Kind, 'complex'>, ...names: string[]): Attribute[] =>
  names.map((name) => ({ name, kind, many: false, parts: [] }));
const complex = (name: string, ...parts: Attribute[]): Attribute => ({ name, kind: 'complex', many: false, parts });
const list = (name: string, ...parts: Attribute[]): Attribute => ({ ...complex(name, ...parts), many: true });
const texts = (name: string): Attribute => ({ name, kind: 'text', many: true, parts: [] });
const secret = (name: string): Attribute => ({ name, kind: 'exact', many: false, parts: [], secret: true });
const plural = (name: string, value: Exclude<Kind, 'complex'> = 'text') =>
  list(name, ...one(value, 'value'), ...one('text', 'display', 'type'), ...one('boolean', 'primary'));

const COMMON: readonly Attribute[] = [
  texts('schemas'),
  ...one('exact', 'id', 'externalId'),
  complex(
    'meta',
    ...one('exact', 'resourceType', 'version'),
    ...one('dateTime', 'created', 'lastModified'),
    ...one('reference', 'location'),
  ),
];

export const USER_SHAPE: Shape = {
  urn: 'urn:ietf:params:scim:schemas:core:2.0:User',
  attributes: [
    ...COMMON,
    ...one(
      'text',
      'userName',
      'displayName',
      'nickName',
      'title',
      'userType',
      'preferredLanguage',
      'locale',
      'timezone',
    ),
    ...one('reference', 'profileUrl'),
    ...one('boolean', 'active'),
    secret('password'),
    complex(
      'name',
      ...one('text', 'formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'),
    ),
    ...['emails', 'phoneNumbers', 'ims', 'entitlements', 'roles'].map((name) => plural(name)),
    plural('photos', 'reference'),
    plural('x509Certificates', 'binary'),
    list(
      'addresses',
      ...one('text', 'formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country', 'type'),
      ...one('boolean', 'primary'),
    ),
    list('groups', ...one('text', 'value', 'display', 'type'), ...one('reference', '$ref')),
  ],
  extension: {
    urn: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    attributes: [
      ...one('text', 'employeeNumber', 'costCenter', 'organization', 'division', 'department'),
      complex('manager', ...one('exact', 'value')),
    ],
  },
};

export const GROUP_SHAPE: Shape = {
  urn: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  attributes: [
    ...COMMON,
    ...one('text', 'displayName'),
    list('members', ...one('text', 'value', 'display', 'type'), ...one('reference', '$ref')),
  ],
  extension: undefined,
};

/** The resource type that is there for conformance tests: one attribute of each type. */
export const TEST_SHAPE: Shape = {
  urn: 'urn:ietf:params:scim:schemas:test:2.0:TestResource',
  attributes: [
    ...COMMON,
    ...one('text', 'displayName', 'uniqueText', 'immutableText', 'alwaysText', 'colour'),
    ...one('exact', 'caseExactText'),
    ...one('number', 'count', 'ratio'),
    ...one('boolean', 'flag'),
    ...one('dateTime', 'moment'),
    ...one('binary', 'data'),
    ...one('reference', 'link'),
    secret('secretText'),
    texts('tags'),
    complex('detail', ...one('text', 'first'), ...one('number', 'second')),
    plural('items'),
  ],
  extension: {
    urn: 'urn:ietf:params:scim:schemas:extension:test:2.0:TestResource',
    attributes: [...one('text', 'extRequired'), ...one('number', 'extOptional')],
  },
};

/** The attributes that a path leads through; an extension's object is the first of them. */
export function find(shape: Shape, path: string): readonly Attribute[] | undefined {
  const { extension } = shape;
  const inExtension = extension === undefined ? undefined : behind(extension.urn, path);
  const inCore = behind(shape.urn, path);
  const steps = inExtension === undefined ? walk(shape.attributes, inCore ?? path) : undefined;
  if (steps !== undefined || extension === undefined || inCore !== undefined) return steps;
  const coreHasName = walk(shape.attributes, path.split('.')[0] ?? '') !== undefined;
  const found = inExtension === undefined && coreHasName ? undefined : walk(extension.attributes, inExtension ?? path);
  return found === undefined ? undefined : [complex(extension.urn), ...found];
}

function behind(urn: string, path: string): string | undefined {
  return path.toLowerCase().startsWith(`${urn.toLowerCase()}:`) ? path.slice(urn.length + 1) : undefined;
}

function walk(attributes: readonly Attribute[], path: string): readonly Attribute[] | undefined {
  const [name, sub, ...deeper] = path.split('.');
  const attribute = partOf(attributes, name ?? '');
  if (attribute === undefined || deeper.length > 0) return undefined;
  if (sub === undefined) return [attribute];
  const part = partOf(attribute.parts, sub);
  return part === undefined ? undefined : [attribute, part];
}

export function partOf(attributes: readonly Attribute[], name: string): Attribute | undefined {
  return attributes.find((attribute) => attribute.name.toLowerCase() === name.toLowerCase());
}
