import type { Connection } from '../../connections/index.js';
import { type Database, sql } from '../../database/index.js';
import type { UserGrants, UserRecord } from '../../directory/index.js';
import { type AccessBefore, userGrants } from '../../licensing/index.js';
import { ScimError } from '../errors.js';
import type { PatchOperation } from '../patch/index.js';
import type { ScimContext } from '../request.js';
import type { JsonObject } from '../schema/index.js';
import { knownAccess } from './access-rules.js';
import { touches } from './seen-version.js';
import { ACCESS_ATTRIBUTES, accessElements, withAccess } from './show-access.js';
import { type Asked, takeAccess } from './take-access.js';

export interface TakenAccess {
  /** What is to be stored. */
  readonly document: JsonObject;
  readonly grants: UserGrants | undefined;
}

/** What the version of a user is made of, for a command that holds the user. */
export function versioned(current: UserRecord): { readonly version: number; readonly access: string | null } {
  return { version: current.version, access: accessOf(current)?.shown ?? null };
}

/** What a command knows of access, beside the user that it holds. */
function accessOf(current: UserRecord): AccessBefore | undefined {
  // Commands on users read knownAccess, or nothing.
  return (current.access as AccessBefore | null) ?? undefined;
}

/** A user's document as the client was shown it: what a PATCH works on. */
export function shownDocument({ connection }: ScimContext, current: UserRecord): JsonObject {
  // jsonb holds what a former request was validated to.
  const stored = current.document as JsonObject;
  const elements = accessElements(accessOf(current)?.shown ?? null);
  return elements.length === 0 ? stored : withAccess(stored, elements, connection);
}

/** Divides what a client wrote into what is stored and the direct grants that come and go. */
export function takeUserAccess(context: ScimContext, current: UserRecord, asked: Asked): TakenAccess {
  const before = accessOf(current);
  const stored = current.document as JsonObject;
  if (context.userId !== undefined) return { document: withAccessOf(asked.document, stored), grants: undefined };
  if (before === undefined) return { document: asked.document, grants: undefined };
  return taken(context.connection, before, stored, asked);
}

/**
 * People do not give themselves roles: what they wrote, the identity provider would put back and so assign. A PUT of
 * their own record leaves both attributes as they are.
 */
function withAccessOf(document: JsonObject, stored: JsonObject): JsonObject {
  const kept = { ...document };
  for (const [attribute] of ACCESS_ATTRIBUTES) {
    const value = stored[attribute];
    if (value === undefined) delete kept[attribute];
    else kept[attribute] = value;
  }
  return kept;
}

/** @throws ScimError 403 for a PATCH by which people would give themselves roles */
export function requireOthersRoles({ userId }: ScimContext, operations: readonly PatchOperation[]): void {
  if (userId === undefined) return;
  for (const [attribute] of ACCESS_ATTRIBUTES) {
    if (!touches(operations, attribute)) continue;
    throw new ScimError(403, undefined, `${attribute}: nobody changes their own; the identity provider does.`);
  }
}

/** The same for a user who is to be created; what there is to have is read only where it is asked for. */
export async function takeNewUserAccess(
  context: ScimContext,
  database: Database,
  document: JsonObject,
): Promise<TakenAccess> {
  const known = knownAccess(context, sql`NULL::uuid`);
  const asksFor = document.roles !== undefined || document.entitlements !== undefined;
  if (known === undefined || !asksFor) return { document, grants: undefined };
  const [row] = await database.write<{ access: AccessBefore }>(sql`SELECT ${known} AS access`);
  if (row === undefined) throw new Error('A query without FROM has a row');
  return taken(context.connection, row.access, {}, { document, omits: () => false, knowsCurrent: true });
}

function taken(connection: Connection, before: AccessBefore, stored: JsonObject, asked: Asked): TakenAccess {
  const { document, grants } = takeAccess(connection, before, stored, asked);
  return { document, grants: grants && userGrants(connection, grants, before) };
}
