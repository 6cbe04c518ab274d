import { apiError, forbidden } from '../http/answer.ts';
import type { Directory } from '../state/directory.ts';
import type { AccessTokens, Caller } from './access-tokens.ts';
import { type Area, privilegeFor, SCOPES_OF } from './scopes.ts';
import type { ServiceAccounts } from './service-accounts.ts';

export interface AuthorizeParts {
  readonly directory: Directory;
  readonly accounts: ServiceAccounts;
  readonly tokens: AccessTokens;
}

/** @throws GoogleError 401 without a live token */
export function authenticate(authorization: string | undefined, { tokens }: AuthorizeParts): Caller {
  const [scheme, token = ''] = (authorization ?? '').split(' ', 2);
  if (scheme?.toLowerCase() !== 'bearer' || token === '') throw unauthenticated('required', 'Login Required.');
  if (token.split('.').length === 3) {
    throw unauthenticated(
      'authError',
      'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid ' +
        'authentication credential.',
    );
  }
  const caller = tokens.find(token);
  if (caller === undefined) throw unauthenticated('authError', 'Invalid Credentials');
  return caller;
}

/**
 * Holds a caller to the token's scopes, then to what the impersonated administrator or the account's own role may do.
 * @throws GoogleError 401 where the person can no longer sign in, else 403
 */
export function authorize(caller: Caller, area: Area, { directory, accounts }: AuthorizeParts): void {
  if (!SCOPES_OF[area].some((scope) => caller.scopes.has(scope))) {
    throw apiError(403, 'insufficientPermissions', 'Request had insufficient authentication scopes.', {
      status: 'PERMISSION_DENIED',
    });
  }
  if (caller.subject === undefined) {
    if (!accounts.find(caller.serviceAccount)?.adminRole.has(privilegeFor(area))) throw forbidden();
    return;
  }
  const user = directory.user(caller.subject);
  if (user === undefined || user.suspended || user.archived) throw unauthenticated('authError', 'Invalid Credentials');
  if (!user.isAdmin && !user.isDelegatedAdmin) throw forbidden();
}

export function unauthenticated(reason: string, message: string) {
  return apiError(401, reason, message, {
    status: 'UNAUTHENTICATED',
    location: 'Authorization',
    locationType: 'header',
    headers: { 'www-authenticate': 'Bearer realm="https://accounts.google.com/"' },
  });
}
