import { type Sql, sql } from '../database/index.js';

/** A value that no other object of its kind in the site may have, in the form in which values are compared. */
export interface UniqueValue {
  /** As it is named in paths, with the URN of its schema. */
  readonly attribute: string;
  readonly key: string;
}

/** Unique values of an object. */
export interface ObjectValues {
  readonly objectId: string;
  readonly values: readonly UniqueValue[];
}

/**
 * Takes values for objects; the primary key refuses those that another has (`attribute.value-taken`). In one order,
 * so that two changes with the same values do not wait for each other in a circle.
 */
export function takeUniqueValues(siteId: number, resourceType: string, taken: readonly ObjectValues[]): Sql[] {
  const rows = rowsOf(taken);
  if (rows.length === 0) return [];
  rows.sort((one, other) => (textOf(one) < textOf(other) ? -1 : 1));
  return [
    sql`
      INSERT INTO unique_values (site_id, resource_type, attribute, value_key, object_id)
      SELECT ${siteId}, ${resourceType}::text, attribute, value_key, object_id FROM ${unnested(rows)}`,
  ];
}

/** Gives up values of objects. */
export function giveUpUniqueValues(siteId: number, resourceType: string, given: readonly ObjectValues[]): Sql[] {
  const rows = rowsOf(given);
  if (rows.length === 0) return [];
  return [
    sql`
      DELETE FROM unique_values u USING ${unnested(rows)}
      WHERE u.site_id = ${siteId} AND u.resource_type = ${resourceType} AND u.object_id = value.object_id
        AND u.attribute = value.attribute AND u.value_key = value.value_key`,
  ];
}

/** The values that an object no longer has, and those that it did not have. */
export function differingValues(
  before: readonly UniqueValue[],
  after: readonly UniqueValue[],
): { gone: UniqueValue[]; added: UniqueValue[] } {
  const [had, has] = [new Set(before.map(textOf)), new Set(after.map(textOf))];
  return {
    gone: before.filter((value) => !has.has(textOf(value))),
    added: after.filter((value) => !had.has(textOf(value))),
  };
}

/** Gives up the values that an object no longer has and takes those that it did not have. */
export function changeUniqueValues(
  siteId: number,
  resourceType: string,
  objectId: string,
  before: readonly UniqueValue[],
  after: readonly UniqueValue[],
): Sql[] {
  const { gone, added } = differingValues(before, after);
  return [
    ...giveUpUniqueValues(siteId, resourceType, [{ objectId, values: gone }]),
    ...takeUniqueValues(siteId, resourceType, [{ objectId, values: added }]),
  ];
}

interface ValueRow extends UniqueValue {
  readonly objectId: string;
}

function rowsOf(objects: readonly ObjectValues[]): ValueRow[] {
  return objects.flatMap(({ objectId, values }) => values.map((value) => ({ ...value, objectId })));
}

function unnested(rows: readonly ValueRow[]): Sql {
  return sql`unnest(${rows.map(({ attribute }) => attribute)}::text[], ${rows.map(({ key }) => key)}::text[],
    ${rows.map(({ objectId }) => objectId)}::uuid[]) AS value (attribute, value_key, object_id)`;
}

/** Gives up all values of objects that go. */
export function releaseUniqueValues(siteId: number, objectIds: readonly string[]): Sql {
  return sql`DELETE FROM unique_values WHERE site_id = ${siteId} AND object_id = ANY (${objectIds}::uuid[])`;
}

/**
 * The values of an object that goes, as jsonb for retakeUniqueValues; NULL when it has none.
 * @param objectId an expression of its id
 */
export function releasedValues(siteId: number, objectId: Sql): Sql {
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

/** The same for many objects: as `wantedBy`, which of them wants the value. */
export function holdersOfAny(siteId: number, resourceType: string, wanted: readonly ObjectValues[]): Sql {
  return sql`
    SELECT u.object_id AS id, value.object_id AS "wantedBy" FROM ${unnested(rowsOf(wanted))}
    JOIN unique_values u ON u.site_id = ${siteId} AND u.resource_type = ${resourceType}
      AND u.attribute = value.attribute AND u.value_key = value.value_key
    WHERE u.object_id <> ALL (${wanted.map(({ objectId }) => objectId)}::uuid[])`;
}

function textOf({ attribute, key }: UniqueValue): string {
  return `${attribute} ${key}`;
}
