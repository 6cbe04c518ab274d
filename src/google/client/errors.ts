import { type ErrorDetails, type ErrorKind, RollcallError } from '../../errors/index.js';

/**
 * Whom an error concerns. `configuration`: a setting or switch has to be mended first, so nothing is tried again;
 * `quota`: Google was asked too often; `transient`: it may work later; `object`: one user or group alone;
 * `cancelled`: whoever asked has changed their mind.
 */
export type GoogleErrorClass = 'configuration' | 'quota' | 'transient' | 'object' | 'cancelled';

const KINDS: Readonly<Record<GoogleErrorClass, ErrorKind>> = {
  configuration: 'misconfigured',
  quota: 'unavailable',
  transient: 'unavailable',
  object: 'forbidden',
  cancelled: 'unavailable',
};

/**
 * An error of Google's side of a connection. It has no `cause` on purpose: what the library throws carries requests
 * with their tokens.
 * @param name the part of the code behind `google.`
 */
export function googleError(
  errorClass: GoogleErrorClass,
  name: string,
  message: string,
  details: ErrorDetails = {},
): RollcallError {
  return new RollcallError(KINDS[errorClass], `google.${name}`, message, { ...details, class: errorClass });
}

/** What the client's errors say of themselves; undefined for every other error. */
export function googleErrorClass(error: unknown): GoogleErrorClass | undefined {
  if (!(error instanceof RollcallError) || !error.code.startsWith('google.')) return undefined;
  const found = error.details.class;
  return (Object.keys(KINDS) as GoogleErrorClass[]).find((each) => each === found);
}

export function cancelled(): RollcallError {
  return googleError('cancelled', 'cancelled', 'It was cancelled before Google had answered.');
}

const LONGEST_QUOTE = 200;

/** What Google wrote, on one line and not too long. */
export function quoted(text: string | undefined): string {
  const line = (text ?? '').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  if (line === '') return 'nothing';
  return `"${line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line}"`;
}
