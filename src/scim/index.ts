export { createScim, type ScimDependencies } from './create-scim.js';
export { createDirectoryDocuments } from './directory-documents.js';
export { createDiscovery, type Discovery } from './discovery/index.js';
export { ScimError, type ScimType } from './errors.js';
export { isRead } from './handle.js';
export { createObserveClient, type ObserveClient } from './observe-client.js';
export {
  createProfiles,
  PROFILE_NAMES,
  type Profile,
  type SeenRequest,
  type Suggestion,
  suggestProfile,
} from './profiles/index.js';
export type { ScimContext, ScimEngine, ScimLimits, ScimRequest, ScimResponse } from './request.js';
export { CORE_TYPES, loadResourceTypes, type ResourceTypes } from './schema/index.js';
export { renderError, toScimError } from './to-scim-error.js';
