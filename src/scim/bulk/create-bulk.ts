import { ScimError } from '../errors.js';
import type { Operation } from '../operations.js';
import type { ScimContext, ScimRequest, ScimResponse } from '../request.js';
import type { ResourceHandlers } from '../resources/index.js';
import type { BulkOperation, BulkResult } from './bulk-operation.js';
import { createRunOf } from './create-run.js';
import { parseBulk } from './parse-bulk.js';
import { refused } from './refused.js';
import { type Perform, runBulk } from './run-bulk.js';

export interface BulkDependencies {
  readonly endpoints: ReadonlyMap<string, ResourceHandlers>;
  readonly perform: Perform;
  readonly maxOperations: number;
  /** Hears of errors that are no answer to a client. */
  readonly report: (error: unknown, context: ScimContext) => void;
}

const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** `/Bulk`: many operations in one request (RFC 7644 section 3.7), each as it would be alone. */
export function createBulk({ endpoints, perform, maxOperations, report }: BulkDependencies): Operation {
  const createRun = createRunOf(endpoints, report);
  const performChecked: Perform = async (request, context) =>
    misplaced(request, endpoints) ?? (await perform(request, context));
  return async (request, context): Promise<ScimResponse> => {
    const bulk = parseBulk(request.body(), maxOperations);
    const results = await runBulk(bulk, context, performChecked, createRun);
    const rendered = results.flatMap((result, index) => {
      const operation = bulk.operations[index];
      return result === undefined || operation === undefined ? [] : [render(operation, result)];
    });
    const body = `{"schemas":["${BULK_RESPONSE}"],"Operations":[${rendered.join(',')}]}`;
    return { status: 200, headers: {}, body };
  };
}

/** BLK-03, BLK-27: endpoints for POST, resources for the rest, and nothing else. */
function misplaced(
  { method, path }: ScimRequest,
  endpoints: ReadonlyMap<string, ResourceHandlers>,
): ScimResponse | undefined {
  const [, endpoint = '', id, ...rest] = path.split('/');
  if (!endpoints.has(endpoint)) {
    return refused(new ScimError(404, undefined, `There is no endpoint ${path.slice(0, 100)} for bulk operations.`));
  }
  const fits = method === 'POST' ? id === undefined : id !== undefined && id !== '' && rest.length === 0;
  if (fits) return undefined;
  const wanted = method === 'POST' ? 'an endpoint such as /Users' : 'a resource such as /Users/{id}';
  return refused(new ScimError(400, 'invalidSyntax', `path must name ${wanted} when method is ${method}.`));
}

function render({ method, bulkId }: BulkOperation, { status, location, version, response }: BulkResult): string {
  const head = JSON.stringify({ method, bulkId, version, location, status: String(status) });
  return response === undefined ? head : `${head.slice(0, -1)},"response":${response}}`;
}
