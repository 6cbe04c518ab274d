export {
  type Application,
  createApplication,
  findApplication,
  listApplications,
  type NewApplication,
} from './applications.js';
export { licensingEntities } from './entities.js';
export { addGrant, type Grant, type GrantHolder, listGrants, removeGrant } from './grants.js';
export { setSeats } from './licences.js';
export {
  applicationKeys,
  type PublishedLicence,
  type PublishedRole,
  publishedLicences,
  publishedRoles,
} from './published.js';
export {
  readEntitlements,
  readWaitingPlaces,
  type UserEntitlement,
  type UserWaitingPlace,
} from './read-entitlements.js';
export { type AccessChange, type Settlement, settle } from './settle.js';
