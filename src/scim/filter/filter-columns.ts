import type { Sql } from '../../database/index.js';
import type { Attribute, AttributePath } from '../schema/index.js';
import type { BoundComparison } from './bound-filter.js';

/** Where the one value of an attribute lies. Every expression is NULL when there is none. */
export interface Scalar {
  readonly kind: 'scalar';
  readonly expression: Sql;
  /** `jsonb` for numbers and booleans of a document: they compare as JSON values, so that no cast can fail. */
  readonly type: 'text' | 'uuid' | 'timestamp' | 'boolean' | 'jsonb';
  /** Whether a value is there, when `expression` puts a default in its place. */
  readonly presence?: Sql;
  /** `eq` in a form that an index answers. */
  readonly equals?: (value: string | number | boolean) => Sql;
  /** Whether a B-tree in the order of code points holds the text: then `sw` is a range. */
  readonly ordered?: boolean;
}

/** Where the values of a multi-valued attribute lie. */
export interface Rows {
  readonly kind: 'rows';
  /** Whether the condition, made of `member`s, holds for one value. */
  readonly exists: (condition: Sql) => Sql;
  /** A part of one value; undefined stands for the value itself. */
  readonly member: (subAttribute: Attribute | undefined) => Scalar | Rows;
  /** Whether one value meets all `eq` terms, by index; undefined when there is no such form. */
  readonly having: (terms: readonly BoundComparison[]) => Sql | undefined;
  /** The member that stands for the resource in sorting: that of the primary value, else the first that has one. */
  readonly first: (member: Sql) => Sql;
}

/** How the attributes of a resource type lie in tables. */
export interface FilterColumns {
  readonly locate: (path: AttributePath) => Scalar | Rows;
}
