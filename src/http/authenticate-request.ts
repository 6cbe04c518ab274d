import type { Request, Response } from 'express';
import { Passport } from 'passport';
import { Strategy } from 'passport-http-bearer';
import type { Authentication, Authenticator } from '../connections/index.js';
import { ScimError } from '../scim/index.js';

export type Authenticated = Extract<Authentication, { scope: unknown }>;
export type Refused = Extract<Authentication, { refusal: unknown }>;

/** Hears of a token that was refused before the client does. */
export type OnRefusal = (refused: Refused, correlationId: string) => Promise<void>;

/**
 * What passport is shown of a request. The strategy would take a token from the query and the body as well (RFC 6750
 * sections 2.2 and 2.3), where it ends in logs; it sees the header only.
 */
interface Shown {
  readonly headers: { readonly authorization: string | undefined };
  readonly connectionKey: string;
  readonly correlationId: string;
}

export type AuthenticateRequest = (shown: Shown) => Promise<Authenticated>;

/** What the strategy is told: an error, or who it is. */
type Done = (error: unknown, authenticated?: Authenticated | false) => void;

const REALM = 'rollcall';

/**
 * Checks bearer tokens by passport and passport-http-bearer. The answer does not tell whether the connection exists.
 * @throws ScimError 401 with WWW-Authenticate (RFC 6750 section 3); whatever the authenticator throws
 */
export function createAuthenticateRequest(authenticator: Authenticator, onRefusal: OnRefusal): AuthenticateRequest {
  const passport = new Passport();
  passport.use(
    new Strategy({ realm: REALM, passReqToCallback: true }, (request: Request, token: string, done: Done) => {
      const { connectionKey, correlationId } = request as unknown as Shown;
      verify(authenticator, onRefusal, { token, connectionKey, correlationId }).then(
        (authenticated) => done(null, authenticated ?? false),
        (error: unknown) => done(error),
      );
    }),
  );
  return (shown) =>
    new Promise((resolve, reject) => {
      const decide = (error: unknown, authenticated: Authenticated | false | undefined, challenge: unknown): void => {
        if (error !== null && error !== undefined) reject(error);
        else if (authenticated) resolve(authenticated);
        else reject(unauthorized(shown, challenge));
      };
      // Neither passport with a callback nor the strategy touches the answer.
      passport.authenticate('bearer', { session: false }, decide)(shown as unknown as Request, {} as Response, reject);
    });
}

async function verify(
  authenticator: Authenticator,
  onRefusal: OnRefusal,
  { token, connectionKey, correlationId }: { token: string; connectionKey: string; correlationId: string },
): Promise<Authenticated | undefined> {
  const authentication = await authenticator.authenticate(token, connectionKey);
  if (!('refusal' in authentication)) return authentication;
  await onRefusal(authentication, correlationId);
  return undefined;
}

function unauthorized({ headers }: Shown, challenge: unknown): ScimError {
  if (headers.authorization === undefined) {
    return refusal('A bearer token is needed in the Authorization header.', `Bearer realm="${REALM}"`);
  }
  // Without a challenge the strategy could not make sense of the header; for the client that is the same.
  const sent = typeof challenge === 'string' && challenge.includes('error=') ? challenge : undefined;
  return refusal('The token is not valid for this base URL.', sent ?? `Bearer realm="${REALM}", error="invalid_token"`);
}

function refusal(detail: string, challenge: string): ScimError {
  return new ScimError(401, undefined, detail, { 'www-authenticate': challenge });
}
