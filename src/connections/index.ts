export { type ConnectionAddresses, createAddresses } from './addresses.js';
export {
  API_SCOPES,
  type ApiScope,
  type ApiToken,
  type CreatedApiToken,
  createApiToken,
  listApiTokens,
  type NewApiToken,
  revokeApiToken,
} from './api-tokens.js';
export {
  APPLICATION_SCOPES,
  type ApplicationScope,
  type ApplicationToken,
  type CreatedApplicationToken,
  createApplicationToken,
  listApplicationTokens,
  type NewApplicationToken,
  revokeApplicationTokens,
} from './application-tokens.js';
export {
  type Authentication,
  type Authenticator,
  type AuthenticatorDependencies,
  type ClientCredentials,
  type ClientGrant,
  createAuthenticator,
  type Refusal,
} from './authenticate.js';
export {
  type ApiAuthentication,
  type ApiCaller,
  type AuthenticateApi,
  type AuthenticatedApplication,
  type AuthenticatedProgram,
  createAuthenticateApi,
} from './authenticate-api.js';
export { type ClientTrait, type ClientTraits, createClientTraits } from './client-traits.js';
export type { Connection, ConnectionSettings, NewToken, TokenScope, TokenSummary } from './connection.js';
export { type ConnectionEffects, connectionCommand } from './connection-command.js';
export {
  type CreatedConnection,
  createConnection,
  type NewConnection,
  newConnection,
  revokeToken,
  rotateToken,
  setConnectionState,
  updateConnection,
} from './connection-commands.js';
export { SETTING_NAMES } from './connection-settings.js';
export { connectionEntities } from './entities.js';
export {
  addOAuthClient,
  type CreatedOAuthClient,
  type NewOAuthClient,
  type OAuthClient,
  revokeOAuthClient,
} from './oauth-clients.js';
export { type ConnectionWithTokens, listConnections, readConnectionNames } from './read-connections.js';
export { allowRemovals, forgetOldRemovals, type RemovalAllowance, type Removals, readRemovals } from './removals.js';
export {
  distrustIssuer,
  type NewTrustedIssuer,
  type TrustedIssuer,
  trustIssuer,
} from './trusted-issuers.js';
