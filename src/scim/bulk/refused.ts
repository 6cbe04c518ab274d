import type { ScimResponse } from '../request.js';
import { renderError, toScimError } from '../to-scim-error.js';

/** The answer to an operation that was refused, or that failed. */
export function refused(error: unknown): ScimResponse {
  const answer = toScimError(error);
  return { status: answer.status, headers: answer.headers, body: renderError(answer) };
}
