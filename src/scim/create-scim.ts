import type { Change } from '../change/index.js';
import type { Database } from '../database/index.js';
import type { Secrets } from '../secrets/index.js';
import { createBulk } from './bulk/index.js';
import { createEngine, type ReportError } from './handle.js';
import { createCursors, createLists, createSensitiveAttributes } from './list/index.js';
import type { Operations } from './operations.js';
import type { ScimEngine, ScimLimits } from './request.js';
import {
  createCustomHandlers,
  createGroupHandlers,
  createPasswordHasher,
  createPublishedHandlers,
  createUserHandlers,
  PUBLISHED_ENDPOINTS,
} from './resources/index.js';
import { allTypes, type ResourceTypes } from './schema/index.js';

/** How queries are answered, but for what limits them. */
export interface QuerySettings {
  /** How long a cursor can be used. */
  readonly cursorTimeoutSeconds: number;
  /** Attribute paths that filters in URLs must not name. */
  readonly sensitiveAttributes: readonly string[];
}

export interface ScimDependencies {
  readonly database: Database;
  readonly change: Change;
  readonly secrets: Secrets;
  readonly limits: ScimLimits;
  readonly types: ResourceTypes;
  readonly queries: QuerySettings;
  readonly report: ReportError;
}

/** The SCIM engine with its resource types on one database. @throws RollcallError `scim.sensitive-attribute` */
export function createScim({ secrets, queries, report, ...given }: ScimDependencies): ScimEngine {
  const dependencies = { ...given, passwords: createPasswordHasher() };
  const { database, limits, types } = given;
  const endpoints = new Map([
    ['Users', createUserHandlers(dependencies)],
    ['Groups', createGroupHandlers(dependencies)],
    ...types.others.map((type) => [type.endpoint.slice(1), createCustomHandlers(dependencies, type)] as const),
    ...PUBLISHED_ENDPOINTS.map((path) => [path.slice(1), createPublishedHandlers(dependencies, path)] as const),
  ]);
  const lists = createLists({
    database,
    limits,
    cursors: createCursors(secrets.key('cursor'), queries.cursorTimeoutSeconds),
    sensitive: createSensitiveAttributes(queries.sensitiveAttributes, allTypes(types)),
  });
  const others = new Map<string, Operations>();
  const engine = createEngine({ endpoints, lists, others }, report);
  const bulk = createBulk({ endpoints, perform: engine.handle, maxOperations: limits.bulkOperations, report });
  others.set('/Bulk', { POST: bulk });
  return engine;
}
