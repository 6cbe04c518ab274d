export { createGroupHandlers } from './groups.js';
export { createPasswordHasher } from './passwords.js';
export type { ResourceDependencies, ResourceHandlers } from './resource-handlers.js';
export { createUserHandlers } from './users.js';
