export { createCheckedConnection, updateCheckedConnection } from './checked-commands.js';
export {
  createGoogleConnection,
  type GoogleConnectionChange,
  markNeedsAttention,
  type NewGoogleConnection,
  noteStaleness,
  replaceGoogleCredential,
  type Staleness,
  setGoogleState,
  updateGoogleConnection,
} from './connection-commands.js';
export { type Credential, type GivenCredential, googleSealed, readCredential } from './credential.js';
export { decidedBy } from './decided-by.js';
export { googleEntities } from './entities.js';
export type { GoogleConnection, GoogleState, Workspace } from './google-connection.js';
export { onGoogleConnection } from './on-google-connection.js';
export { type ClientServices, openGoogleClient } from './open-client.js';
export { listGoogleConnections, readGoogleConnection } from './read-connections.js';
export type { GoogleSettings, PartialGoogleSettings } from './settings.js';
export { type ConnectionCheck, testGoogleConnection } from './test-connection.js';
