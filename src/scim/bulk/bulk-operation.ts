import type { ScimError } from '../errors.js';
import type { JsonValue } from '../schema/index.js';

/** The methods of RFC 7644 section 3.7. */
export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One operation as it was sent. */
export interface BulkOperation {
  /** In upper case, whatever was sent. */
  readonly method: string;
  /** With a slash before it, whether it was sent with one or not. */
  readonly path: string;
  readonly bulkId: string | undefined;
  readonly version: string | undefined;
  readonly data: JsonValue | undefined;
  /** Why it cannot be tried at all. */
  readonly refusal: ScimError | undefined;
  /** The bulkIds that its path and data name. */
  readonly references: ReadonlySet<string>;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** After how many errors to stop; undefined: never. */
  readonly failOnErrors: number | undefined;
}

/** What became of an operation. */
export interface BulkResult {
  readonly status: number;
  readonly location: string | undefined;
  /** The entity tag of the resource as it is now. */
  readonly version: string | undefined;
  /** JSON text of the error; absent where it succeeded. */
  readonly response: string | undefined;
}
