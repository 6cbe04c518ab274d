/** A JSON object as the directory stores it; what its members mean is the transports' affair. */
export interface Document {
  readonly [attribute: string]: unknown;
}

/** One attribute before and after a change; `undefined` where it had or has no value. */
export interface AttributeChange {
  readonly attribute: string;
  readonly old: unknown;
  readonly new: unknown;
}

const NO_SECRETS: ReadonlySet<string> = new Set();

/**
 * The attributes in which two documents differ, members of extensions (`urn:…`) each on their own.
 * @param secrets attributes whose values are not told
 */
export function attributeChanges(
  before: Document,
  after: Document,
  secrets: ReadonlySet<string> = NO_SECRETS,
): AttributeChange[] {
  return differences(before, after).map((change) =>
    secrets.has(change.attribute) ? { ...change, old: undefined, new: '(changed)' } : change,
  );
}

function differences(before: Document, after: Document): AttributeChange[] {
  const changes: AttributeChange[] = [];
  for (const attribute of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (attribute === 'schemas') continue;
    const old = before[attribute];
    const current = after[attribute];
    // No attribute's name has a colon, every schema's has.
    if (attribute.includes(':')) {
      const nested = differences(asDocument(old), asDocument(current));
      changes.push(...nested.map((change) => ({ ...change, attribute: `${attribute}:${change.attribute}` })));
    } else if (!sameValue(old, current)) {
      changes.push({ attribute, old, new: current });
    }
  }
  return changes;
}

/** Whether two JSON values are equal; the order of object members does not count, that of arrays does. */
export function sameValue(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((value, index) => sameValue(value, right[index]));
  }
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  const others = asDocument(right);
  return names.every((name) => Object.hasOwn(others, name) && sameValue(asDocument(left)[name], others[name]));
}

function asDocument(value: unknown): Document {
  return typeof value === 'object' && value !== null ? (value as Document) : {};
}
