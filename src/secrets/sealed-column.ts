import type { SecretPurpose } from './create-secrets.js';

/** Where something sealed is stored; each room that stores any says so, for a change of the key. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly purpose: SecretPurpose;
  /** An SQL expression of the row: the text that it was sealed with. */
  readonly belongsTo: string;
  /** What makes another where it cannot be opened; undefined where nobody misses it. */
  readonly mend: string | undefined;
}
