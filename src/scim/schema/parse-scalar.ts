import { comparisonKey } from '../../directory/index.js';
import type { ValueRules } from '../profiles/index.js';
import { COMMON } from './common-attributes.js';
import { ENTERPRISE_USER, GROUP, USER } from './core-schemas.js';
import { canonicalDateTime } from './date-time.js';
import { invalidValue } from './invalid.js';
import type { Attribute, Schema } from './types.js';

/** Strings that stand in a column with a B-tree; those with a uniqueness do as well. */
const INDEXED: ReadonlySet<Attribute | undefined> = new Set([
  COMMON.get('externalid'),
  USER.schema.attributes.get('displayname'),
  ...subAttributes(USER.schema, 'emails', ['value', 'type']),
  ...subAttributes(ENTERPRISE_USER, 'manager', ['value']),
  GROUP.schema.attributes.get('displayname'),
  ...subAttributes(GROUP.schema, 'members', ['value']),
]);

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;
/** With the `u` flag a pair is one character, so that only half ones are of this kind. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** RFC 4648 section 4; RFC 7643 section 2.3.6 lets the padding be left out. */
const BASE64 = /^[A-Za-z0-9+/]*(={0,2})$/;
/** What stands in no URI or IRI (RFC 3986 section 2, RFC 3987), and a percent sign that encodes nothing. */
const NOT_IN_URI = /[\s<>"{}|\\^`]|%(?![0-9A-Fa-f]{2})/;

/**
 * The value of an attribute or sub-attribute that is not complex (DAT-01 to DAT-07).
 * @returns undefined for null and the empty string: unassigned
 * @throws ScimError 400 invalidValue, naming `path`
 */
export function parseScalar(
  attribute: Attribute,
  value: unknown,
  rules: ValueRules,
  path: string,
): string | number | boolean | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  switch (attribute.type) {
    case 'boolean':
      return parseBoolean(value, rules, path);
    case 'integer':
      // A bigint is 1.0 or 1e3 as they were written: see parseBody.
      if (!Number.isSafeInteger(value)) throw invalidValue(path, 'must be an integer, without fraction or exponent');
      return Number(value);
    case 'decimal':
      if (typeof value === 'bigint') return Number(value);
      if (typeof value !== 'number' || !Number.isFinite(value)) throw invalidValue(path, 'must be a number');
      return value;
    default:
      return parseText(attribute, value, rules, path);
  }
}

function parseBoolean(value: unknown, rules: ValueRules, path: string): boolean {
  if (typeof value === 'boolean') return value;
  if (rules.booleanStrings && typeof value === 'string') {
    const text = value.toLowerCase();
    if (text === 'true' || text === 'false') return text === 'true';
  }
  throw invalidValue(path, 'must be true or false');
}

function parseText(attribute: Attribute, value: unknown, rules: ValueRules, path: string): string {
  if (typeof value !== 'string')
    throw invalidValue(path, `must be a ${attribute.type === 'string' ? '' : `${attribute.type} `}string`);
  requireStorable(attribute, value, rules, path);
  switch (attribute.type) {
    case 'dateTime':
      if (canonicalDateTime(value) === undefined) {
        throw invalidValue(path, 'must be a dateTime such as 2024-01-31T13:00:00Z');
      }
      return value;
    case 'binary':
      if (!isBase64(value)) throw invalidValue(path, 'must be base64 (RFC 4648 section 4)');
      return value;
    case 'reference':
      if (!isUri(value)) throw invalidValue(path, 'must be a URI');
      return value;
    default:
      return canonicalSpelling(attribute, value);
  }
}

/** PostgreSQL refuses NUL and lone surrogates in jsonb, and too long keys in an index: here it is a client's error. */
function requireStorable(attribute: Attribute, value: string, rules: ValueRules, path: string): void {
  if (value.length > rules.limits.stringLength) {
    throw invalidValue(path, `must not be longer than ${rules.limits.stringLength} characters (LIMIT_STRING_LENGTH)`);
  }
  if (value.includes('\0')) throw invalidValue(path, 'must not contain NUL characters');
  if (LONE_SURROGATE.test(value)) throw invalidValue(path, 'must be well-formed Unicode (it has a lone surrogate)');
  if (attribute.uniqueness !== 'none') {
    // SEC-08: nothing else is refused in names.
    if (CONTROL_CHARACTER.test(value)) throw invalidValue(path, 'must not contain control characters');
    if (value.trim() === '') throw invalidValue(path, 'must not be blank');
  } else if (!INDEXED.has(attribute)) {
    return;
  }
  const { keyBytes } = rules.limits;
  // A code unit makes at most three bytes, and the mappings of the key at most three of each.
  if (value.length * 9 <= keyBytes) return;
  if (Math.max(Buffer.byteLength(value), Buffer.byteLength(comparisonKey(value))) > keyBytes) {
    throw invalidValue(path, `must not be longer than ${keyBytes} bytes (LIMIT_KEY_BYTES)`);
  }
}

/** MV-07: `Work` becomes `work`; values that are not canonical stay as they are (DAT-12). */
function canonicalSpelling(attribute: Attribute, value: string): string {
  if (attribute.canonicalValues.length === 0 || attribute.canonicalValues.includes(value)) return value;
  const key = value.toLowerCase();
  return attribute.canonicalValues.find((candidate) => candidate.toLowerCase() === key) ?? value;
}

function isBase64(value: string): boolean {
  const padding = BASE64.exec(value)?.[1];
  if (padding === undefined) return false;
  return padding === '' ? value.length % 4 !== 1 : value.length % 4 === 0;
}

function isUri(value: string): boolean {
  // The base makes relative references absolute; nothing is ever looked up there.
  return !NOT_IN_URI.test(value) && URL.canParse(value, 'https://base.invalid/');
}

function subAttributes(schema: Schema, name: string, subNames: readonly string[]): (Attribute | undefined)[] {
  return subNames.map((subName) => schema.attributes.get(name)?.subAttributes.get(subName));
}
