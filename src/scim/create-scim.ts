import type { Change } from '../change/index.js';
import type { Database } from '../database/index.js';
import { createEngine, type ReportError } from './handle.js';
import { createPageAnchors } from './list/index.js';
import type { ScimEngine, ScimLimits } from './request.js';
import {
  createGroupHandlers,
  createPasswordHasher,
  createPublishedHandlers,
  createUserHandlers,
  PUBLISHED_ENDPOINTS,
} from './resources/index.js';

export interface ScimDependencies {
  readonly database: Database;
  readonly change: Change;
  readonly limits: ScimLimits;
  readonly report: ReportError;
}

/** The SCIM engine with its resource types on one database. */
export function createScim({ database, change, limits, report }: ScimDependencies): ScimEngine {
  const dependencies = { database, change, limits, anchors: createPageAnchors(), passwords: createPasswordHasher() };
  const endpoints = new Map([
    ['Users', createUserHandlers(dependencies)],
    ['Groups', createGroupHandlers(dependencies)],
    ...PUBLISHED_ENDPOINTS.map((path) => [path.slice(1), createPublishedHandlers(dependencies, path)] as const),
  ]);
  return createEngine({ endpoints, others: new Map() }, report);
}
