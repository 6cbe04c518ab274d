export { type Authentication, type Authenticator, createAuthenticator, type Refusal } from './authenticate.js';
export { type ClientTrait, type ClientTraits, createClientTraits } from './client-traits.js';
export type { Connection, ConnectionSettings, NewToken, TokenScope, TokenSummary } from './connection.js';
export {
  type CreatedConnection,
  createConnection,
  type NewConnection,
  revokeToken,
  rotateToken,
  setConnectionState,
  updateConnection,
} from './connection-commands.js';
export { SETTING_NAMES } from './connection-settings.js';
export { connectionEntities } from './entities.js';
export { type ConnectionWithTokens, listConnections } from './read-connections.js';
