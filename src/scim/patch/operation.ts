import type { BoundFilter, FilterLimits } from '../filter/index.js';
import type { AttributePath, JsonObject, JsonValue, Schema } from '../schema/index.js';
import type { OperationLabel } from './patch-error.js';

/** The three operations of RFC 7644 section 3.5.2. */
export type PatchKind = 'add' | 'remove' | 'replace';

/** What one operation works on, resolved against the resource type. */
export type PatchTarget =
  /** An attribute or sub-attribute; with a filter, only those elements of a multi-valued one that match. */
  | { readonly kind: 'attribute'; readonly path: AttributePath; readonly filter: BoundFilter | undefined }
  /** All attributes of an extension. */
  | { readonly kind: 'extension'; readonly schema: Schema }
  | { readonly kind: 'externalId' }
  | { readonly kind: 'password' }
  /** A group's members, which the document does not hold. */
  | { readonly kind: 'members'; readonly change: MemberChange };

/** One checked step. A path-less value and a complex value give one operation per (sub-)attribute. */
export interface PatchOperation {
  readonly label: OperationLabel;
  readonly kind: PatchKind;
  readonly target: PatchTarget;
  /**
   * In the schema's form; always an array for a whole multi-valued attribute. `undefined` unassigns in add and
   * replace, and removes the whole target in remove.
   */
  readonly value: JsonValue | undefined;
}

/** What happens to the members of a group; ids as sent, each once. */
export type MemberChange =
  | { readonly kind: 'add'; readonly ids: readonly string[] }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  | { readonly kind: 'removeMatching'; readonly filter: BoundFilter }
  | { readonly kind: 'removeAll' }
  | { readonly kind: 'replaceAll'; readonly ids: readonly string[] };

export interface PatchResult {
  /** A new object; the document given in is untouched. */
  readonly document: JsonObject;
  /** Whether the document differs from the one given in. externalId, password and members are reported apart. */
  readonly changed: boolean;
  /** Set when an operation named externalId; its value is undefined when it was cleared. */
  readonly externalId: { readonly value: string | undefined } | undefined;
  /** The new password, when one was sent. */
  readonly password: string | undefined;
  /** In the order of the operations. */
  readonly members: readonly MemberChange[];
}

export interface PatchLimits {
  readonly operations: number;
  /** Member ids named by all operations of one request. */
  readonly members: number;
  /** Of the filter inside a path. */
  readonly filter: FilterLimits;
}
