export { createSecrets, type Secrets } from './create-secrets.js';
export { loadSecretKey } from './load-secret-key.js';
