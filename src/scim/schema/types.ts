/** RFC 7643 section 2.3; `binary` by errata 5606. */
export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex';

/** An attribute or sub-attribute with every characteristic of RFC 7643 section 7 spelled out. */
export interface Attribute {
  readonly name: string;
  readonly description: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues: readonly string[];
  readonly referenceTypes: readonly string[];
  /** By lower-case name, since names are case-insensitive (RFC 7643 section 2.1). Empty unless `type` is complex. */
  readonly subAttributes: ReadonlyMap<string, Attribute>;
}

export interface Schema {
  /** The canonical spelling of the URN. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** By lower-case name. Common attributes (id, externalId, meta, schemas) are not among them: errata 8418, 8419. */
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface ResourceType {
  readonly name: string;
  readonly description: string;
  /** Relative to the base URL, e.g. `/Users`. */
  readonly endpoint: string;
  readonly schema: Schema;
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[];
}

/** An attribute path of RFC 7644 section 3.10, resolved against a resource type. */
export interface AttributePath {
  /** Set when the attribute belongs to an extension; its values lie in the object under this schema's id. */
  readonly extension: Schema | undefined;
  readonly attribute: Attribute;
  readonly subAttribute: Attribute | undefined;
}

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [name: string]: JsonValue;
}
