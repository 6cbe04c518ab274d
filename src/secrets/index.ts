export { createSecrets, type Secrets } from './create-secrets.js';
export {
  forgetFormerKey,
  type KeySettings,
  loadFormerKey,
  loadSecretKey,
  makeNewKey,
} from './load-secret-key.js';
export type { SealedColumn } from './sealed-column.js';
