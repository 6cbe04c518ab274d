import { raw, type Sql, sql } from '../../database/index.js';
import type { Attribute, AttributePath, JsonObject, JsonValue } from '../schema/index.js';
import type { BoundComparison } from './bound-filter.js';
import type { Rows, Scalar } from './filter-columns.js';
import { isPrimary } from './matches-element.js';

/** A place in a jsonb value. */
interface Place {
  readonly root: Sql;
  /** Names of resolved attributes and schemas, never client text. */
  readonly keys: readonly string[];
  /** Whether an index on the whole of `root` answers `@>`. */
  readonly indexed: boolean;
  /** How many arrays have been entered: names their rows apart. */
  readonly depth: number;
}

/** Where an attribute lies in a folded document whose GIN index (jsonb_path_ops) answers every `eq`. */
export function locateInDocument(document: Sql, path: AttributePath): Scalar | Rows {
  const { extension, attribute, subAttribute } = path;
  const keys = [...(extension === undefined ? [] : [extension.id]), attribute.name];
  const place: Place = { root: document, keys, indexed: true, depth: 0 };
  if (attribute.multiValued || subAttribute === undefined) return locate(place, attribute);
  return locate({ ...place, keys: [...keys, subAttribute.name] }, subAttribute);
}

function locate(place: Place, attribute: Attribute): Scalar | Rows {
  return attribute.multiValued ? documentRows(place, attribute) : documentScalar(place, attribute);
}

function documentScalar(place: Place, attribute: Attribute): Scalar {
  const json = sql`(${place.root} #> ${place.keys}::text[])`;
  const equals = place.indexed ? (value: JsonValue) => contains(place, value) : undefined;
  switch (attribute.type) {
    case 'boolean':
      if (place.depth > 0 && isPrimary(attribute)) {
        const expression = sql`coalesce(${json}, 'false'::jsonb)`;
        return { kind: 'scalar', expression, type: 'jsonb', presence: sql`${json} IS NOT NULL` };
      }
      return { kind: 'scalar', expression: json, type: 'jsonb', ...(equals && { equals }) };
    case 'integer':
    case 'decimal':
    case 'complex':
      return { kind: 'scalar', expression: json, type: 'jsonb', ...(equals && { equals }) };
    default: {
      const text = sql`(${place.root} #>> ${place.keys}::text[])`;
      return { kind: 'scalar', expression: text, type: 'text', ...(equals && { equals }) };
    }
  }
}

function documentRows(place: Place, attribute: Attribute): Rows {
  const row = raw(`value_${place.depth + 1}`);
  // jsonb_path_query in lax mode takes whatever lies there; jsonb_array_elements fails on anything but an array.
  const values = sql`jsonb_path_query(${place.root} #> ${place.keys}::text[], '$[*]')`;
  const inside = { root: sql`${row}.element`, indexed: false, depth: place.depth + 1 };
  return {
    kind: 'rows',
    exists: (condition) => sql`EXISTS (SELECT 1 FROM ${values} AS ${row} (element) WHERE ${condition})`,
    member: (subAttribute) =>
      subAttribute === undefined
        ? documentScalar({ ...inside, keys: [] }, attribute)
        : locate({ ...inside, keys: [subAttribute.name] }, subAttribute),
    having: (terms) => {
      const element = place.indexed ? elementOf(terms) : undefined;
      return element === undefined ? undefined : contains(place, [element]);
    },
    first: (member) => sql`(
      SELECT ${member} FROM ${values} WITH ORDINALITY AS ${row} (element, position) WHERE ${member} IS NOT NULL
      ORDER BY (${row}.element @> '{"primary": true}'::jsonb) DESC, ${row}.position LIMIT 1)`,
  };
}

function contains(place: Place, value: JsonValue): Sql {
  const document = place.keys.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), value);
  return sql`${place.root} @> ${JSON.stringify(document)}::jsonb`;
}

/** The least element that meets all terms; undefined when containment cannot say it. */
function elementOf(terms: readonly BoundComparison[]): JsonValue | undefined {
  const members = new Map<string, JsonValue>();
  for (const { path, value } of terms) {
    const { subAttribute } = path;
    // The array is the attribute itself, or the sub-attribute of a single one.
    if (subAttribute === undefined || !path.attribute.multiValued) return terms.length === 1 ? value : undefined;
    // False is also what is not said.
    if (isPrimary(subAttribute) && value === false) return undefined;
    if (members.has(subAttribute.name)) return undefined;
    members.set(subAttribute.name, subAttribute.multiValued ? [value] : value);
  }
  const element: JsonObject = Object.fromEntries(members);
  return element;
}
