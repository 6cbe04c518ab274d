/**
 * What went wrong, in terms that every transport can answer: the SCIM mapper turns it into a status and scimType,
 * the API mapper into problem+json, the command line into an exit code.
 */
export type ErrorKind =
  | 'invalid' // the request's content is wrong: nothing but another request helps
  | 'not-found'
  | 'conflict' // clashes with something that is there already
  | 'forbidden' // understood, and not allowed to this actor
  | 'out-of-seats' // a licence with the policy `refuse` has no seat left
  | 'stale' // a precondition (If-Match) no longer holds
  | 'unavailable' // a part we depend on is away; try again
  | 'misconfigured'; // a setting or file of the operator is wrong

/** Facts about an error that a log or an answer may show: no secrets, no personal values. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/**
 * The one error class of the domain. `code` is stable and greppable (`user.user-name-taken`);
 * `message` is one readable line that says what to do.
 */
export class RollcallError extends Error {
  override readonly name = 'RollcallError';

  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly details: ErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
