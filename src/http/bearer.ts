import type { Request, Response } from 'express';
import { Passport } from 'passport';
import { Strategy } from 'passport-http-bearer';

/**
 * What passport is shown of a request. The strategy would take a token from the query and the body as well (RFC 6750
 * sections 2.2 and 2.3), where it ends in logs; it sees the header only.
 */
export interface Shown {
  readonly headers: { readonly authorization: string | undefined };
}

/** Why nobody was let in, with the value of WWW-Authenticate (RFC 6750 section 3). */
export interface Challenge {
  readonly missing: boolean;
  readonly challenge: string;
}

interface BearerDependencies<Seen extends Shown, Caller extends object> {
  /** Undefined for a token that is refused. */
  verify(token: string, shown: Seen): Promise<Caller | undefined>;
  /** What is thrown to who is not let in. */
  unauthorized(challenge: Challenge): Error;
}

/** What the strategy is told: an error, or who it is. */
type Done<Caller> = (error: unknown, caller?: Caller | false) => void;

const REALM = 'rollcall';

/** Checks bearer tokens by passport and passport-http-bearer. It throws what `unauthorized` makes and `verify` throws. */
export function createBearer<Seen extends Shown, Caller extends object>({
  verify,
  unauthorized,
}: BearerDependencies<Seen, Caller>): (shown: Seen) => Promise<Caller> {
  const passport = new Passport();
  passport.use(
    new Strategy({ realm: REALM, passReqToCallback: true }, (request: Request, token: string, done: Done<Caller>) => {
      verify(token, request as unknown as Seen).then(
        (caller) => done(null, caller ?? false),
        (error: unknown) => done(error),
      );
    }),
  );
  return (shown) =>
    new Promise((resolve, reject) => {
      const decide = (error: unknown, caller: Caller | false | undefined, challenge: unknown): void => {
        if (error !== null && error !== undefined) reject(error);
        else if (caller) resolve(caller);
        else reject(unauthorized(challengeOf(shown, challenge)));
      };
      // Neither passport with a callback nor the strategy touches the answer.
      passport.authenticate('bearer', { session: false }, decide)(shown as unknown as Request, {} as Response, reject);
    });
}

function challengeOf({ headers }: Shown, challenge: unknown): Challenge {
  if (headers.authorization === undefined) return { missing: true, challenge: `Bearer realm="${REALM}"` };
  // Without a challenge the strategy could not make sense of the header; for the client that is the same.
  const sent = typeof challenge === 'string' && challenge.includes('error=') ? challenge : undefined;
  return { missing: false, challenge: sent ?? `Bearer realm="${REALM}", error="invalid_token"` };
}
