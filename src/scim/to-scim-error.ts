import { RollcallError } from '../errors/index.js';
import { ScimError } from './errors.js';

/** Seconds after which a client may come again when something we depend on was away. */
const RETRY_AFTER_SECONDS = 5;

/**
 * The SCIM error for anything that was thrown (RFC 7644 section 3.12). What is not known to be the client's affair is
 * 500 without a word about the inside.
 */
export function toScimError(error: unknown): ScimError {
  if (error instanceof ScimError) return error;
  if (!(error instanceof RollcallError)) {
    return new ScimError(500, undefined, 'The server failed to answer; it is logged there.', {}, { cause: error });
  }
  const options = { cause: error };
  switch (error.kind) {
    case 'invalid':
      return new ScimError(400, 'invalidValue', error.message, {}, options);
    case 'not-found':
      return new ScimError(404, undefined, error.message, {}, options);
    case 'conflict':
      return new ScimError(409, 'uniqueness', error.message, {}, options);
    case 'forbidden':
    case 'out-of-seats':
      return new ScimError(403, undefined, error.message, {}, options);
    case 'stale':
      return new ScimError(412, undefined, error.message, {}, options);
    case 'unavailable':
      return new ScimError(503, undefined, error.message, { 'retry-after': String(RETRY_AFTER_SECONDS) }, options);
    case 'misconfigured':
      return new ScimError(500, undefined, 'The server is not set up for this; it is logged there.', {}, options);
  }
}

/** The body of an error answer. `status` is a string (RFC 7644 section 3.12). */
export function renderError(error: ScimError): string {
  return JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(error.status),
    ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
    detail: error.detail,
  });
}
