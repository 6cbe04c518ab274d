import type { Connection, TokenScope } from '../connections/index.js';
import type { Reader } from '../directory/index.js';
import type { Profile, ValueLimits } from './profiles/index.js';

/** Bounds of what a client may ask for; each is a setting and is named in the answer that enforces it. */
export interface ScimLimits extends ValueLimits {
  readonly filterLength: number;
  readonly filterDepth: number;
  readonly filterTerms: number;
  readonly patchOperations: number;
  readonly bulkOperations: number;
  readonly bulkBodyBytes: number;
  readonly documentBytes: number;
  readonly projectionAttributes: number;
  readonly pageSizeDefault: number;
  readonly pageSizeMax: number;
  /** Matches of a query over all resource types; 0 for no bound. */
  readonly rootQueryResults: number;
}

/** Who asks, and under which rules. */
export interface ScimContext {
  readonly connection: Connection;
  readonly scope: TokenScope;
  /** The only user that the token reaches; undefined for a token of the connection itself. */
  readonly userId: string | undefined;
  readonly profile: Profile;
  /** `PUBLIC_URL/scim/v2/{connectionKey}`, without a slash at the end. */
  readonly baseUrl: string;
  readonly correlationId: string;
}

export function readerOf({ connection }: ScimContext): Reader {
  return { siteId: connection.siteId, connectionId: connection.id, sees: connection.sees };
}

/** A request as the engine sees it, whether it came over HTTP or inside another one. */
export interface ScimRequest {
  /** Upper case. */
  readonly method: string;
  /** Below the base URL, decoded, without query, e.g. `/Users/0199…`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** Parses the body. @throws ScimError 400 invalidSyntax for what is not JSON */
  readonly body: () => unknown;
}

export interface ScimResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text, whole or in pieces (a group with a million members never lies in memory at once). */
  readonly body: string | AsyncIterable<string> | undefined;
}

/** The protocol engine: knows no HTTP server. Never rejects: every error becomes a SCIM error answer. */
export interface ScimEngine {
  handle(request: ScimRequest, context: ScimContext): Promise<ScimResponse>;
}
