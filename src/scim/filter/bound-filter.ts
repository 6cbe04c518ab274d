import type { AttributePath, JsonValue } from '../schema/index.js';
import type { ComparisonOperator } from './filter.js';

/** One comparison with its attribute resolved and its operand coerced to the attribute's type. */
export interface BoundComparison {
  readonly kind: 'compare';
  readonly path: AttributePath;
  readonly operator: ComparisonOperator;
  /** In folded form, as in the folded document. */
  readonly value: string | number | boolean;
  /** As the client wrote it, except that a boolean string is a boolean: what a new element is built from. */
  readonly given: string | number | boolean;
}

/**
 * A filter checked against a resource type or, inside a value path, against one attribute: there a leaf's path is
 * that attribute and its sub-attribute, and looks at one element. `eq null` and `ne null` have become presence tests.
 */
export type BoundFilter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly BoundFilter[] }
  | { readonly kind: 'not'; readonly filter: BoundFilter }
  | { readonly kind: 'constant'; readonly value: boolean }
  | BoundComparison
  | { readonly kind: 'present'; readonly path: AttributePath }
  /** True if one element of the attribute meets the whole filter. */
  | { readonly kind: 'element'; readonly path: AttributePath; readonly filter: BoundFilter };

export interface BindOptions {
  /** Whether `"True"` and `"false"`, in any case, are taken for booleans, as Entra ID sends them. */
  readonly booleanStrings: boolean;
  /** `manager eq "…"` without the extension's URN. Entra's reference check. */
  readonly bareExtensionNames?: boolean;
  /** For queries over several resource types: an unknown attribute has no value (RFC 7644 section 3.4.2.1). */
  readonly unknownIsUnassigned?: boolean;
}

/** A term `attribute eq value` of a value path; `attribute` is undefined for the element itself. */
export interface EqualityTerm {
  readonly attribute: string | undefined;
  readonly value: JsonValue;
}
