import type { ScimContext, ScimResponse } from '../request.js';
import type { ResourceHandlers } from '../resources/index.js';
import type { BulkOperation } from './bulk-operation.js';
import { refused } from './refused.js';
import { requestOf } from './request-of.js';

/**
 * Creates the resources of several operations on one endpoint together, where the endpoint can do that.
 * @param atomic all of them or nothing
 * @returns undefined where they have to be created one by one
 */
export type CreateRun = (
  operations: readonly BulkOperation[],
  context: ScimContext,
  atomic: boolean,
) => Promise<ScimResponse[] | undefined>;

/** @param report hears of errors that are no answer to a client */
export function createRunOf(
  endpoints: ReadonlyMap<string, ResourceHandlers>,
  report: (error: unknown, context: ScimContext) => void,
): CreateRun {
  return async (operations, context, atomic) => {
    const handlers = endpoints.get(operations[0]?.path.slice(1) ?? '');
    if (handlers?.createMany === undefined || handlers.source(context) === undefined) return undefined;
    const requests = operations.map((operation) => requestOf(operation, operation.path, operation.data));
    try {
      const outcomes = await handlers.createMany(requests, context, atomic);
      return outcomes?.map((outcome) => ('answer' in outcome ? outcome.answer : refused(outcome.error)));
    } catch (error) {
      // The database is away: so it would be for each of them.
      report(error, context);
      return operations.map(() => refused(error));
    }
  };
}
