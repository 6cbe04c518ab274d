export { keySigner, requestToken } from './access-tokens.js';
export { createGoogleClient } from './create-client.js';
export { cancelled, type GoogleErrorClass, googleError, googleErrorClass } from './errors.js';
export type { MappedFields } from './field-mask.js';
export { keylessSigner } from './keyless-signer.js';
export { type KeylessSource, readKeylessSource } from './keyless-source.js';
export { paceOf } from './pace.js';
export { SCOPES, type ScopeSet } from './scopes.js';
export { parseServiceAccountKey, type ServiceAccountKey } from './service-account-key.js';
export type { GoogleClientSettings } from './settings.js';
export { createTokenSource, type TokenSource } from './tokens.js';
export type {
  ActivityRequest,
  GoogleActivity,
  GoogleChannel,
  GoogleClient,
  GoogleCustomer,
  GoogleDomain,
  GoogleGroup,
  GoogleMember,
  GoogleOrgUnit,
  GoogleSchema,
  GoogleUser,
  JsonObject,
  Page,
  Usage,
  WatchRequest,
} from './types.js';
export { createUsageCounter } from './usage.js';
export { createWire } from './wire.js';
