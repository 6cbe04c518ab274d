import type { Change } from '../../change/index.js';
import type { Database } from '../../database/index.js';
import type { Actor } from '../../directory/index.js';
import type { ListSource } from '../list/index.js';
import type { ScimContext, ScimLimits, ScimRequest, ScimResponse } from '../request.js';
import type { ResourceTypes } from '../schema/index.js';
import type { PasswordHasher } from './passwords.js';

export interface ResourceDependencies {
  readonly database: Database;
  readonly change: Change;
  readonly limits: ScimLimits;
  readonly types: ResourceTypes;
  readonly passwords: PasswordHasher;
}

/**
 * What an endpoint such as `/Users` can do. The engine finds the method and the id; errors are thrown. What is absent
 * is answered with 405.
 */
export interface ResourceHandlers {
  /** What queries look at; undefined when the connection is not offered the endpoint at all. */
  source(context: ScimContext): ListSource | undefined;
  create?(request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
  /**
   * As `create` for each of several requests, written together where that makes no difference; answers have no body.
   * @param atomic all of them or nothing
   * @returns undefined where they have to be created one by one
   */
  createMany?(
    requests: readonly ScimRequest[],
    context: ScimContext,
    atomic: boolean,
  ): Promise<readonly CreationOutcome[] | undefined>;
  read(id: string, request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
  replace?(id: string, request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
  patch?(id: string, request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
  remove?(id: string, request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
}

/** What became of one of several creations. */
export type CreationOutcome = { readonly answer: ScimResponse } | { readonly error: unknown };

export function actorOf({ connection, userId, correlationId }: ScimContext): Actor {
  return { siteId: connection.siteId, source: 'scim', connection, userId, correlationId };
}

/** Reads that must show what was just written: a replica may not have it yet. */
export function freshReads(database: Database): Database {
  return { ...database, read: (statement) => database.write(statement) };
}
