import { ScimError } from '../errors.js';
import type { ScimRequest } from '../request.js';
import type { JsonValue } from '../schema/index.js';
import type { BulkOperation } from './bulk-operation.js';

const NO_QUERY = new URLSearchParams();

/** An operation as the request that it stands for; its `version` is an If-Match (BLK-18). */
export function requestOf(
  { method, version }: Pick<BulkOperation, 'method' | 'version'>,
  path: string,
  data: JsonValue | undefined,
): ScimRequest {
  return {
    method,
    path,
    query: NO_QUERY,
    ifMatch: version,
    ifNoneMatch: undefined,
    body() {
      if (data === undefined) throw new ScimError(400, 'invalidSyntax', 'The operation has no data.');
      return data;
    },
  };
}
