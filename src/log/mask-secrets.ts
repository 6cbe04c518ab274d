import type { AttributeChange } from '../directory/index.js';

/** Attributes, in any schema, whose values the log names but never shows (RFC 7643 section 9.2). */
const SECRET_NAMES = /password|secret|token|credential|api_?key|private_?key/i;

const MASK = '(secret)';

/** The change with secret values masked, however deep they lie. */
export function maskSecrets(change: AttributeChange): AttributeChange {
  if (SECRET_NAMES.test(change.attribute)) {
    return { attribute: change.attribute, old: hidden(change.old), new: hidden(change.new) };
  }
  return { attribute: change.attribute, old: maskWithin(change.old), new: maskWithin(change.new) };
}

function maskWithin(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskWithin);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, SECRET_NAMES.test(name) ? hidden(inner) : maskWithin(inner)]),
  );
}

function hidden(value: unknown): unknown {
  return value === undefined || value === null ? value : MASK;
}
