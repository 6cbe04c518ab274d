export { apiSealed, createIdempotency, type Receive } from './create-idempotency.js';
export { apiEntities } from './entities.js';
export { forgetOldRequests } from './requests.js';
