import type { ApiCaller } from '../connections/index.js';

/** A request as the API sees it, whatever server it came to. */
export interface ApiRequest {
  /** Upper case. */
  readonly method: string;
  /** The path and query of the request line, undecoded. */
  readonly target: string;
  readonly correlationId: string;
  /** A header by its name in lower case. */
  header(name: string): string | undefined;
  /** Who it is. @throws Problem 401, 429 */
  authenticate(): Promise<ApiCaller>;
  /** Notes a change that needs no token. @throws Problem 429 where too many come from one address */
  countPublic(): void;
  /** Reads the body and parses it as JSON. @throws Problem 400, 413, 415 */
  body(): Promise<unknown>;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Pieces are sent as they come. */
  readonly body: string | AsyncIterable<string> | undefined;
  readonly live?: boolean;
}
