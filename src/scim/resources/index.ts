export { createCustomHandlers } from './custom-resources.js';
export { createGroupHandlers } from './groups.js';
export { createPasswordHasher } from './passwords.js';
export { createPublishedHandlers } from './published.js';
export { PUBLISHED_ENDPOINTS, publishedTypes } from './published-types.js';
export type { ResourceDependencies, ResourceHandlers } from './resource-handlers.js';
export { createUserHandlers } from './users.js';
