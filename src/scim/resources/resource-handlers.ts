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
  read(id: string, request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
  replace?(id: string, request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
  patch?(id: string, request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
  remove?(id: string, request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
}

export function actorOf({ connection, userId, correlationId }: ScimContext): Actor {
  return { siteId: connection.siteId, source: 'scim', connection, userId, correlationId };
}

/** Reads that must show what was just written: a replica may not have it yet. */
export function freshReads(database: Database): Database {
  return { ...database, read: (statement) => database.write(statement) };
}
