// The one file that imports the compiled server.
export { type Change, createChange } from '../../dist/change/index.js';
export { loadConfig } from '../../dist/config/index.js';
export { createApplicationToken, createConnection } from '../../dist/connections/index.js';
export {
  analyzeGrown,
  type Database,
  migrate,
  openDatabase,
  startEmbedded,
} from '../../dist/database/index.js';
export {
  type Actor,
  type Command,
  createGroup,
  createSite,
  createUser,
  importGroups,
  importMembers,
  importUsers,
  type LockingCommand,
} from '../../dist/directory/index.js';
export { entities } from '../../dist/entities.js';
export {
  createGoogleConnection,
  executeRun,
  type GoogleConnection,
  openGoogleClient,
  type Run,
  readCredential,
  readGoogleConnection,
  requestRun,
} from '../../dist/google/index.js';
export { createMapping, DEFAULT_MAPPING } from '../../dist/google/mapping/index.js';
export {
  addGrant,
  createApplication,
  findApplication,
  removeGrant,
  verifyLicensing,
} from '../../dist/licensing/index.js';
export { CORE_TYPES, createDirectoryDocuments } from '../../dist/scim/index.js';
export { createProfiles } from '../../dist/scim/profiles/index.js';
export { groupProfile, userProfile } from '../../dist/scim/resources/profiles-of-documents.js';
export { GROUP, parseResource, USER } from '../../dist/scim/schema/index.js';
export { createSecrets } from '../../dist/secrets/index.js';
