import { randomUUID } from 'node:crypto';
import { type Database, sql } from '../../../src/database/index.js';
import { foldDocument, GROUP, type JsonObject, type JsonValue, USER } from '../../../src/scim/schema/index.js';

export const SITE = 1;
export const CONNECTION = '0190a000-0000-7000-8000-000000000001';
export const BASE_URL = 'https://scim.example.com/scim/v2/abc';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A resource as a client reads it. */
export type Resource = JsonObject & { readonly id: string };

export interface NewUser {
  readonly id?: string;
  readonly externalId?: string;
  readonly state?: string;
  readonly created?: string;
  readonly version?: number;
  readonly document: JsonObject;
}

/** Writes a user as the directory does, and gives what a client would read of it, but for its groups. */
export async function insertUser(database: Database, user: NewUser): Promise<Resource> {
  const { document, state = 'active', version = 1, created = '2026-01-01T00:00:00.000Z' } = user;
  const id = user.id ?? randomUUID();
  const folded = foldDocument(USER, document);
  await database.write(sql`
    INSERT INTO users (site_id, id, user_name, user_name_key, display_name, state, document, folded, version,
      created_at, modified_at)
    VALUES (${SITE}, ${id}, ${String(document.userName)}, ${String(folded.userName)},
      ${shownName(document) ?? null}, ${state}, ${JSON.stringify(document)}, ${JSON.stringify(folded)}, ${version},
      ${created}, ${created})`);
  await database.write(sql`
    INSERT INTO user_emails (site_id, value_key, type_key, user_id)
    SELECT DISTINCT ${SITE}::integer, e->>'value', coalesce(e->>'type', ''), ${id}::uuid
    FROM jsonb_array_elements(coalesce(${JSON.stringify(folded.emails ?? [])}::jsonb, '[]')) e
    WHERE e->>'value' IS NOT NULL`);
  await insertIdentity(database, id, 'User', user.externalId);
  return {
    ...document,
    id,
    active: state === 'active' || state === 'invited',
    ...(user.externalId !== undefined && { externalId: user.externalId }),
    meta: meta('User', id, created, version),
  };
}

export async function insertGroup(
  database: Database,
  displayName: string,
  id: string = randomUUID(),
): Promise<Resource> {
  const document: JsonObject = { schemas: [GROUP.schema.id], displayName };
  const folded = foldDocument(GROUP, document);
  const created = '2026-02-01T00:00:00.000Z';
  await database.write(sql`
    INSERT INTO groups (site_id, id, display_name, display_name_key, document, folded, created_at, modified_at)
    VALUES (${SITE}, ${id}, ${displayName}, ${String(folded.displayName)}, ${JSON.stringify(document)},
      ${JSON.stringify(folded)}, ${created}, ${created})`);
  return { ...document, id, meta: meta('Group', id, created, 1) };
}

export async function addMembership(database: Database, groupId: string, userId: string): Promise<void> {
  await database.write(sql`
    INSERT INTO memberships (site_id, group_id, user_id) VALUES (${SITE}, ${groupId}, ${userId})`);
}

/** One level of nesting: the closure is the edge itself. */
export async function addNesting(database: Database, groupId: string, childId: string): Promise<void> {
  await database.write(sql`
    INSERT INTO nestings (site_id, group_id, child_group_id) VALUES (${SITE}, ${groupId}, ${childId})`);
  await database.write(sql`
    INSERT INTO group_closure (site_id, ancestor_id, descendant_id) VALUES (${SITE}, ${groupId}, ${childId})`);
}

/** What a user is listed by as a member, before its userName. */
export function shownName({ displayName, name }: JsonObject): JsonValue | undefined {
  return displayName ?? (name as JsonObject | undefined)?.formatted;
}

async function insertIdentity(
  database: Database,
  id: string,
  type: string,
  externalId: string | undefined,
): Promise<void> {
  if (externalId === undefined) return;
  await database.write(sql`
    INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
    VALUES (${SITE}, ${CONNECTION}, ${id}, ${type}, ${externalId})`);
}

function meta(resourceType: string, id: string, created: string, version: number): JsonObject {
  const location = `${BASE_URL}/${resourceType}s/${id}`;
  return { resourceType, created, lastModified: created, version: `W/"${version}"`, location };
}
