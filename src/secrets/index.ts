export { createSecrets, type Secrets } from './create-secrets.js';
export {
  forgetFormerKey,
  type KeySettings,
  loadFormerKey,
  loadSecretKey,
  makeNewKey,
} from './load-secret-key.js';
export type { SealedColumn } from './sealed-column.js';
export { hashSecret, newSecret } from './secret.js';
export { type IssuedToken, issueToken, newKey, parseToken, type TokenHolder } from './token.js';
