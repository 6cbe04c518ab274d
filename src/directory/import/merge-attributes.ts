import type { Document } from '../attribute-changes.js';
import { comparisonKey } from '../comparison-key.js';
import type { UniqueValue } from '../unique-values.js';
import type { ImportedAttributes } from './imported.js';

/** Imported attributes beside those of a stored document. */
export interface Merged {
  /** The whole document as it will be. */
  readonly document: Document;
  /** What takes the place of stored attributes, in both forms. */
  readonly given: Document;
  readonly folded: Document;
  readonly cleared: readonly string[];
}

/**
 * Puts imported attributes into a stored document, of which everything else stays: the schemas of others as well.
 * @param before `{}` for a new object
 */
export function mergeAttributes(before: Document, { document, folded, cleared }: ImportedAttributes): Merged {
  const schemas = mergeSchemas(before, document, cleared);
  const given = schemas === undefined ? document : { ...document, schemas };
  const merged: Record<string, unknown> = { ...before };
  for (const name of cleared) delete merged[name];
  return {
    document: Object.assign(merged, given),
    given,
    folded: schemas === undefined ? folded : { ...folded, schemas: schemas.map(comparisonKey) },
    cleared: cleared.filter((name) => Object.hasOwn(before, name)),
  };
}

function mergeSchemas(before: Document, given: Document, cleared: readonly string[]): string[] | undefined {
  if (before.schemas === undefined && given.schemas === undefined) return undefined;
  const kept = urnsOf(before).filter((urn) => !cleared.includes(urn));
  return [...new Set([...kept, ...urnsOf(given)])];
}

function urnsOf({ schemas }: Document): string[] {
  return Array.isArray(schemas) ? schemas.filter((urn) => typeof urn === 'string') : [];
}

/** The unique values of an object afterwards: those that it had in other attributes, and the imported ones. */
export function mergeUniqueValues(
  before: readonly UniqueValue[],
  { document, cleared, uniqueValues = [] }: ImportedAttributes,
): UniqueValue[] {
  const owned = [...Object.keys(document), ...cleared].map((name) => `${name}:`);
  const others = before.filter(({ attribute }) => !owned.some((prefix) => attribute.startsWith(prefix)));
  return [...others, ...uniqueValues];
}
