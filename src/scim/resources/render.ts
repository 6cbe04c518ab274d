import type { GroupReference, MemberView, ObjectView, UserView } from '../../directory/index.js';
import { accessElements, withAccess } from '../access/index.js';
import type { ScimContext } from '../request.js';
import { ENTERPRISE_USER_URN, type JsonObject, type ResourceType } from '../schema/index.js';
import { entityTag, type Versioned } from './preconditions.js';

/**
 * A user as JSON text. The stored document is wrapped, not parsed: id before it, groups and meta behind it. Only a
 * manager, whose name and URI are the server's (RFC 7643 section 4.3), and access that is shown make it worth parsing.
 */
export function renderUser(user: UserView, context: ScimContext): string {
  const { baseUrl } = context;
  const groups = user.groups ?? [];
  const references =
    groups.length === 0 ? '' : `,"groups":[${groups.map((group) => groupReference(group, baseUrl)).join(',')}]`;
  const document = shownDocument(user, context);
  return `${head(user)}${inner(document)}${references},${meta(user, 'User', '/Users', baseUrl)}}`;
}

/** A group as JSON text, without its members; they go between this and the closing brace. */
export function renderGroupHead(group: ObjectView, baseUrl: string): string {
  return `${head(group)}${inner(group.document)},${meta(group, 'Group', '/Groups', baseUrl)}`;
}

/** One element of a group's `members`; `$ref`, `type` and `display` are the server's (GRP-03, GRP-11). */
export function renderMember(member: MemberView, baseUrl: string): string {
  return `{"value":"${member.id}","$ref":"${baseUrl}/${member.type}s/${member.id}","display":${JSON.stringify(member.display)},"type":"${member.type}"}`;
}

/** A whole group with members that are in memory. */
export function renderGroup(group: ObjectView, members: readonly MemberView[], baseUrl: string): string {
  const list = members.map((member) => renderMember(member, baseUrl)).join(',');
  return `${renderGroupHead(group, baseUrl)}${list === '' ? '' : `,"members":[${list}]`}}`;
}

/** A resource of an operator's type as JSON text. */
export function renderResource(view: ObjectView, { name, endpoint }: ResourceType, baseUrl: string): string {
  return `${head(view)}${inner(view.document)},${meta(view, name, endpoint, baseUrl)}}`;
}

/** The text as an object again, for a projection. */
export function parseRendered(text: string): JsonObject {
  // The engine itself rendered it: an object of JSON values.
  return JSON.parse(text) as JsonObject;
}

function head(view: ObjectView): string {
  const externalId = view.externalId === null ? '' : `"externalId":${JSON.stringify(view.externalId)},`;
  return `{"id":"${view.id}",${externalId}`;
}

/** What lies between the braces; never empty, since every document holds `schemas`. */
function inner(document: string): string {
  return document.slice(1, -1);
}

function meta(view: ObjectView & Versioned, resourceType: string, endpoint: string, baseUrl: string): string {
  const version = JSON.stringify(entityTag(view));
  return `"meta":{"resourceType":"${resourceType}","created":"${view.createdAt}","lastModified":"${view.modifiedAt}","location":"${baseUrl}${endpoint}/${view.id}","version":${version}}`;
}

/**
 * The text of a group that users are in is the same in every user: a page of 100 users with 20 groups each shows a few
 * hundred of them 2,000 times. Outlines live as long as what they say is true, and the texts with them.
 */
const referenceTexts = new WeakMap<GroupReference, { readonly baseUrl: string; readonly text: string }>();

function groupReference(reference: GroupReference, baseUrl: string): string {
  let known = referenceTexts.get(reference);
  if (known?.baseUrl !== baseUrl) {
    const { group, direct } = reference;
    const type = direct ? 'direct' : 'indirect';
    const text = `{"value":"${group.id}","$ref":"${baseUrl}/Groups/${group.id}","display":${JSON.stringify(group.displayName)},"type":"${type}"}`;
    known = { baseUrl, text };
    referenceTexts.set(reference, known);
  }
  return known.text;
}

function shownDocument(user: UserView, { baseUrl, connection }: ScimContext): string {
  const elements = accessElements(user.access);
  if (user.managerName === null && elements.length === 0) return user.document;
  const document = parseRendered(user.document);
  if (user.managerName !== null) nameManager(document, user.managerName, baseUrl);
  return JSON.stringify(withAccess(document, elements, connection));
}

function nameManager(user: JsonObject, managerName: string, baseUrl: string): void {
  const extension = user[ENTERPRISE_USER_URN] as JsonObject;
  const manager = extension.manager as JsonObject;
  extension.manager = { ...manager, $ref: `${baseUrl}/Users/${String(manager.value)}`, displayName: managerName };
}
