import type { Config } from '../config/index.js';
import type { Connection, ConnectionWithTokens, CreatedConnection, NewToken } from '../connections/index.js';
import { tokenState } from './token-terms.js';

/** What the traffic of a connection says about its profile. */
export interface ProfileSuggestion {
  readonly suggestedProfile: string | undefined;
  readonly because: readonly string[];
  readonly refuses: readonly string[];
}

/** What an identity provider is given as the address of the connection. */
export function baseUrl(config: Config, connection: Pick<Connection, 'key'>): string {
  return `${config.server.publicUrl}/scim/v2/${connection.key}`;
}

/** A connection as programs are shown it; never a secret. */
export function connectionView(
  config: Config,
  { siteId: _, tokens, ...connection }: ConnectionWithTokens,
  { suggestedProfile, because, refuses }: ProfileSuggestion,
) {
  return {
    ...connection,
    suggestedProfile: suggestedProfile ?? null,
    because,
    refuses,
    baseUrl: baseUrl(config, connection),
    tokens: tokens.map((token) => ({ ...token, state: tokenState(config, token) })),
  };
}

/** A new token as programs are shown it: the only time that its text is seen. */
export function newTokenView(
  config: Config,
  { connection, token, tokenId }: CreatedConnection,
  { scope, expiresAt, userId }: NewToken,
) {
  const { id, key, name, profile } = connection;
  const about = { id, key, name, profile, baseUrl: baseUrl(config, connection), token, tokenId, scope, expiresAt };
  return userId === undefined ? about : { ...about, userId };
}
