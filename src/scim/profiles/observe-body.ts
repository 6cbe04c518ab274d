import type { TraitName } from './traits.js';

type Traits = Set<TraitName>;
type Json = Readonly<Record<string, unknown>>;

/** What lies beyond is not looked at: a body tells who wrote it at its beginning. */
const MOST_LOOKED_AT = 20;

/** Attributes that identity providers send as lists. */
const LISTS = ['emails', 'phoneNumbers', 'addresses', 'ims', 'photos', 'entitlements', 'roles'];
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Adds what the body of a POST, PUT or PATCH shows of its writer. Nothing here throws, whatever the body is. */
export function observeBody(traits: Traits, method: string, body: unknown): void {
  if (!isObject(body)) return;
  if (method === 'PATCH') {
    for (const operation of listOf(body.Operations)) if (isObject(operation)) observeOperation(traits, operation);
    return;
  }
  observeResource(traits, body);
  if (method === 'PUT' && typeof body.id === 'string' && isObject(body.meta) && 'created' in body.meta) {
    traits.add('own-body-back');
  }
  if (method === 'POST' && 'password' in body && Array.isArray(body.groups)) traits.add('password-and-groups');
}

function observeOperation(traits: Traits, { op, path, value }: Json): void {
  if (typeof op === 'string' && op !== op.toLowerCase()) traits.add('capital-operation');
  if (typeof path !== 'string') {
    if (isObject(value)) observeValueWithoutPath(traits, value);
    return;
  }
  if (/\[primary eq "/i.test(path)) traits.add('boolean-text-in-filter');
  if (/^manager$/i.test(path)) traits.add('bare-manager');
  if (/(?:^|:)manager$/i.test(path)) observeManager(traits, value);
  if (/^active$|\.primary$/i.test(path)) observeBoolean(traits, value);
  if (/^roles$/i.test(path)) observeRoles(traits, value);
  if (/^members/i.test(path)) observeMembers(traits, String(op), path, value);
}

function observeValueWithoutPath(traits: Traits, value: Json): void {
  const keys = Object.keys(value).slice(0, MOST_LOOKED_AT);
  // An extension's whole object stands under its URN, which ends in a resource type; behind that come attributes.
  const arePaths = keys.some((key) => (/^[\w$]+\.[\w$]+$/.test(key) || /:User:\w/.test(key)) && !isObject(value[key]));
  traits.add(arePaths ? 'keys-that-are-paths' : 'value-without-path');
  observeBoolean(traits, value.active);
}

function observeMembers(traits: Traits, op: string, path: string, value: unknown): void {
  const removes = op.toLowerCase() === 'remove';
  if (removes && path.includes('[')) traits.add('members-removed-by-filter');
  const members = listOf(value);
  if (removes && members.length > 0) traits.add('members-removed-by-list');
  if (members.some((member) => isObject(member) && member.$ref === null)) traits.add('member-without-reference');
}

function observeResource(traits: Traits, body: Json): void {
  for (const urn of listOf(body.schemas)) {
    if (typeof urn !== 'string') continue;
    if (/^urn:scim:schemas:/i.test(urn)) traits.add('scim-1-urns');
    if (/\/ADSCIM\//i.test(urn)) traits.add('adscim-urn');
    if (/enterprise:2\.0User$/i.test(urn)) traits.add('urn-without-colon');
  }
  observeBoolean(traits, body.active);
  for (const name of LISTS) if (isObject(body[name])) traits.add('object-for-list');
  observeRoles(traits, body.roles);
  const extension = body[ENTERPRISE];
  if (isObject(extension)) observeManager(traits, extension.manager);
  const legacy = body['urn:scim:schemas:extension:enterprise:2.0'] ?? body['urn:scim:schemas:extension:enterprise:1.0'];
  if (isObject(legacy)) observeManager(traits, legacy.manager);
}

function observeManager(traits: Traits, manager: unknown): void {
  // The empty one clears the manager, which everybody may do so.
  if (typeof manager === 'string' && manager !== '') traits.add('manager-text');
  if (Array.isArray(manager)) traits.add('manager-list');
  if (isObject(manager) && 'managerId' in manager) traits.add('manager-id');
}

function observeRoles(traits: Traits, roles: unknown): void {
  const isJson = (role: unknown) => isObject(role) && typeof role.value === 'string' && role.value.startsWith('{');
  if (listOf(roles).some(isJson)) traits.add('role-as-json');
}

function observeBoolean(traits: Traits, value: unknown): void {
  if (value === 'True' || value === 'False') traits.add('capital-boolean-text');
  if (value === 'true' || value === 'false') traits.add('boolean-text');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST_LOOKED_AT) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
