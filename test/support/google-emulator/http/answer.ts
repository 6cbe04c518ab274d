import type { JsonObject } from '../state/json.ts';

/** What is to be sent. `body` is JSON; `text` anything else, of `contentType`. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  readonly text?: string;
  readonly contentType?: string;
  /** What goes wrong on the way: half of the text arrives, or the connection breaks. */
  readonly accident?: 'truncated' | 'reset';
}

/** Ends a request with an answer of its own. */
export class GoogleError extends Error {
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`answered with ${answer.status}`);
    this.answer = answer;
  }
}

export interface ErrorDetails {
  readonly domain?: string;
  /** `status` of newer front ends, such as PERMISSION_DENIED. */
  readonly status?: string;
  readonly location?: string;
  readonly locationType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error in the form of Google's APIs. */
export function apiError(code: number, reason: string, message: string, details: ErrorDetails = {}): GoogleError {
  const { domain = 'global', status, headers, ...location } = details;
  const error = { code, message, errors: [{ message, domain, reason, ...location }], ...(status && { status }) };
  return new GoogleError({ status: code, body: { error }, ...(headers && { headers }) });
}

export const forbidden = () => apiError(403, 'forbidden', 'Not Authorized to access this resource/api');
export const notFound = (what: string) => apiError(404, 'notFound', `Resource Not Found: ${what}`);
export const invalid = (detail?: string) =>
  apiError(400, 'invalid', detail === undefined ? 'Invalid Input' : `Invalid Input: ${detail}`);
export const badRequest = (message = 'Bad Request') => apiError(400, 'badRequest', message);
export const unavailable = () => apiError(503, 'backendError', 'Service unavailable. Please try again');

/** An error of the token endpoints (RFC 6749, section 5.2). */
export function oauthError(status: number, error: string, description: string): GoogleError {
  return new GoogleError({ status, body: { error, error_description: description } });
}
