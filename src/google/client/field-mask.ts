import { googleError } from './errors.js';

/** Fields of Google's users and groups that a mapping reads: `name/givenName`, `organizations`, `customSchemas/HR`. */
export interface MappedFields {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

/** What decides about state, ownership and links, whatever the mapping says. */
const USER_FIELDS = [
  'id',
  'primaryEmail',
  'suspended',
  'archived',
  'aliases',
  'nonEditableAliases',
  'orgUnitPath',
  'customerId',
  'creationTime',
  'deletionTime',
];

const GROUP_FIELDS = ['id', 'email', 'name', 'description', 'aliases', 'directMembersCount'];

const MEMBER_FIELDS = ['id', 'email', 'role', 'type'];

/** Only what a mapping may name gets into the request. */
const FIELD = /^[A-Za-z][A-Za-z0-9_]*(?:\/[A-Za-z0-9_-]+)*$/;

const CUSTOM = 'customSchemas';

/** What a request for users asks for. */
export interface UserMask {
  readonly list: string;
  readonly one: string;
  /** Custom schemas come only with a projection. */
  readonly projection: { readonly projection: 'basic' | 'custom' | 'full'; readonly customFieldMask?: string };
}

/** @throws RollcallError `google.field-invalid` */
export function userMask({ users }: MappedFields): UserMask {
  const one = fieldsOf([...USER_FIELDS, ...users]);
  return { list: `nextPageToken,users(${one})`, one, projection: projectionOf(users) };
}

/** @throws RollcallError `google.field-invalid` */
export function groupMask({ groups }: MappedFields): { readonly list: string; readonly one: string } {
  const one = fieldsOf([...GROUP_FIELDS, ...groups]);
  return { list: `nextPageToken,groups(${one})`, one };
}

/**
 * The status is a field that Google has refused groups with members of other companies for: such a group is asked for
 * without it once more.
 */
export function memberMask({ status }: { readonly status: boolean }): string {
  return `nextPageToken,members(${fieldsOf(status ? [...MEMBER_FIELDS, 'status'] : MEMBER_FIELDS)})`;
}

function projectionOf(users: readonly string[]): UserMask['projection'] {
  const custom = users.filter((field) => field === CUSTOM || field.startsWith(`${CUSTOM}/`));
  if (custom.length === 0) return { projection: 'basic' };
  const schemas = new Set(custom.map((field) => field.split('/')[1]));
  if (schemas.has(undefined)) return { projection: 'full' };
  return { projection: 'custom', customFieldMask: [...schemas].sort().join(',') };
}

function fieldsOf(fields: readonly string[]): string {
  for (const field of fields) {
    if (FIELD.test(field)) continue;
    const message = `"${field}" is no field of Google's, such as name/givenName.`;
    throw googleError('configuration', 'field-invalid', message);
  }
  const named = new Set(fields);
  // `name` asks for `name/givenName` as well; both together would be refused or, worse, give less.
  const covered = (field: string) =>
    field.split('/').some((_, index, parts) => index > 0 && named.has(parts.slice(0, index).join('/')));
  return [...named].filter((field) => !covered(field)).join(',');
}
