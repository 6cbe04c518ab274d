import type { Authentication, Authenticator } from '../connections/index.js';
import { ScimError } from '../scim/index.js';
import { type Challenge, createBearer, type Shown } from './bearer.js';

export type Authenticated = Extract<Authentication, { scope: unknown }>;
export type Refused = Extract<Authentication, { refusal: unknown }>;

/** Hears of a token that was refused before the client does. */
export type OnRefusal = (refused: Refused, correlationId: string) => Promise<void>;

interface ShownRequest extends Shown {
  readonly connectionKey: string;
  readonly correlationId: string;
}

export type AuthenticateRequest = (shown: ShownRequest) => Promise<Authenticated>;

/**
 * Checks the token of a connection's client. The answer does not tell whether the connection exists.
 * @throws ScimError 401 with WWW-Authenticate; whatever the authenticator throws
 */
export function createAuthenticateRequest(authenticator: Authenticator, onRefusal: OnRefusal): AuthenticateRequest {
  return createBearer({
    async verify(token, { connectionKey, correlationId }: ShownRequest) {
      const authentication = await authenticator.authenticate(token, connectionKey);
      if (!('refusal' in authentication)) return authentication;
      await onRefusal(authentication, correlationId);
      return undefined;
    },
    unauthorized,
  });
}

function unauthorized({ missing, challenge }: Challenge): ScimError {
  const detail = missing
    ? 'A bearer token is needed in the Authorization header.'
    : 'The token is not valid for this base URL.';
  return new ScimError(401, undefined, detail, { 'www-authenticate': challenge });
}
