import { ScimError } from './errors.js';
import type { Operation, Operations } from './operations.js';
import type { ScimContext, ScimRequest } from './request.js';

/** The alias of the user whose token it is (RFC 7644 section 3.11). */
export const ME = '/Me';

/**
 * The operations of a user's own resource under its alias. Each answer names the permanent URI, also where the
 * operation itself would not.
 * @param operations those of the resource itself
 */
export function aliased(operations: Operations, userId: string): Operations {
  const named = Object.entries(operations).map(([method, operation]): [string, Operation] => [
    method,
    async (request, context) => {
      const answer = await operation(request, context);
      return { ...answer, headers: { location: `${context.baseUrl}/Users/${userId}`, ...answer.headers } };
    },
  ]);
  return Object.fromEntries(named);
}

/**
 * A user's token reaches the user's own resource and nothing else (RFC 7644 section 2), which hides also whether there
 * is anything else. @throws ScimError 403
 */
export function requireOwn({ path }: Pick<ScimRequest, 'path'>, { userId }: ScimContext): void {
  if (userId === undefined || path === ME || path === `/Users/${userId}`) return;
  throw new ScimError(403, undefined, 'This token reaches only the user whom it stands for, at /Me.');
}
