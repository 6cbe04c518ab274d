import { type Sql, sql } from '../database/index.js';

/** A value that no other object of its kind in the site may have, in the form in which values are compared. */
export interface UniqueValue {
  /** As it is named in paths, with the URN of its schema. */
  readonly attribute: string;
  readonly key: string;
}

/**
 * Takes values for an object; the primary key refuses those that another has (`attribute.value-taken`). In one order,
 * so that two objects with the same values do not wait for each other in a circle.
 */
export function takeUniqueValues(
  siteId: number,
  resourceType: string,
  objectId: string,
  values: readonly UniqueValue[],
): Sql[] {
  if (values.length === 0) return [];
  const sorted = [...values].sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
  return [
    sql`
      INSERT INTO unique_values (site_id, resource_type, attribute, value_key, object_id)
      SELECT ${siteId}, ${resourceType}::text, attribute, value_key, ${objectId}::uuid
      FROM unnest(${sorted.map((value) => value.attribute)}::text[], ${sorted.map((value) => value.key)}::text[])
        AS taken (attribute, value_key)`,
  ];
}

/** Gives up the values that an object no longer has and takes those that it did not have. */
export function changeUniqueValues(
  siteId: number,
  resourceType: string,
  objectId: string,
  before: readonly UniqueValue[],
  after: readonly UniqueValue[],
): Sql[] {
  const [had, has] = [new Set(before.map(textOf)), new Set(after.map(textOf))];
  const gone = before.filter((value) => !has.has(textOf(value)));
  const added = after.filter((value) => !had.has(textOf(value)));
  const released =
    gone.length === 0
      ? []
      : [
          sql`
            DELETE FROM unique_values u
            USING unnest(${gone.map((value) => value.attribute)}::text[], ${gone.map((value) => value.key)}::text[])
              AS gone (attribute, value_key)
            WHERE u.site_id = ${siteId} AND u.resource_type = ${resourceType} AND u.object_id = ${objectId}
              AND u.attribute = gone.attribute AND u.value_key = gone.value_key`,
        ];
  return [...released, ...takeUniqueValues(siteId, resourceType, objectId, added)];
}

/** Gives up all values of an object that goes. */
export function releaseUniqueValues(siteId: number, objectId: string): Sql {
  return sql`DELETE FROM unique_values WHERE site_id = ${siteId} AND object_id = ${objectId}`;
}

/** The values of an object that goes, as jsonb for retakeUniqueValues; NULL when it has none. */
export function releasedValues(siteId: number, objectId: string): Sql {
  return sql`(
    SELECT jsonb_agg(jsonb_build_object('attribute', attribute, 'value_key', value_key)) FROM unique_values
    WHERE site_id = ${siteId} AND object_id = ${objectId})`;
}

/**
 * Takes back what an object had, when it comes back.
 * @param released what releasedValues gave
 */
export function retakeUniqueValues(siteId: number, resourceType: string, objectId: string, released: unknown): Sql[] {
  if (released === null) return [];
  return [
    sql`
      INSERT INTO unique_values (site_id, resource_type, attribute, value_key, object_id)
      SELECT ${siteId}, ${resourceType}::text, attribute, value_key, ${objectId}::uuid
      FROM jsonb_to_recordset(${JSON.stringify(released)}::jsonb) AS released (attribute text, value_key text)
      ORDER BY attribute, value_key`,
  ];
}

/** Finds the objects but one that have one of the values; see Effects.inTheWay. */
export function holdersOf(siteId: number, resourceType: string, values: readonly UniqueValue[], id: string): Sql {
  return sql`
    SELECT u.object_id AS id FROM unique_values u
    JOIN unnest(${values.map((value) => value.attribute)}::text[], ${values.map((value) => value.key)}::text[])
      AS wanted (attribute, value_key) ON wanted.attribute = u.attribute AND wanted.value_key = u.value_key
    WHERE u.site_id = ${siteId} AND u.resource_type = ${resourceType} AND u.object_id <> ${id}`;
}

function textOf({ attribute, key }: UniqueValue): string {
  return `${attribute} ${key}`;
}
