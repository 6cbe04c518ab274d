import { type Sql, sql } from '../../database/index.js';
import type { AttributePath } from '../schema/index.js';
import type { Rows, Scalar } from './filter-columns.js';
import { idInUri } from './object-uri.js';
import { FALSE, TRUE } from './scalar-comparison.js';

export interface ObjectColumnsOptions {
  readonly siteId: number;
  /** Whose externalId is looked at. */
  readonly connectionId: string;
  /** What `meta.location` and `$ref` start with, without a slash at the end. */
  readonly baseUrl: string;
}

interface ObjectTable {
  readonly resourceType: string;
  /** `/Users`. */
  readonly endpoint: string;
  readonly id: Sql;
  readonly version: Sql;
  /** Names the access that is shown with the object, NULL where none is. */
  readonly accessVersion?: Sql;
  readonly createdAt: Sql;
  readonly modifiedAt: Sql;
}

export type Columns = ReadonlyMap<string, Scalar | Rows>;

/** The common attributes that no document holds (RFC 7643 section 3.1), by `columnKey`. */
export function objectColumns(table: ObjectTable, options: ObjectColumnsOptions): [string, Scalar][] {
  const { id } = table;
  return [
    ['id', { kind: 'scalar', expression: id, type: 'uuid' }],
    ['externalId', externalId(id, options)],
    ['meta', { kind: 'scalar', expression: TRUE, type: 'boolean' }],
    ['meta.resourceType', { kind: 'scalar', expression: sql`${table.resourceType}::text`, type: 'text' }],
    ['meta.created', { kind: 'scalar', expression: table.createdAt, type: 'timestamp' }],
    ['meta.lastModified', { kind: 'scalar', expression: table.modifiedAt, type: 'timestamp' }],
    ['meta.version', version(table.version, table.accessVersion ?? sql`NULL::text`)],
    ['meta.location', location(id, options.baseUrl, `${table.endpoint}/`)],
  ];
}

/** Under which name a core attribute, or a sub-attribute of a single one, stands among the columns. */
export function columnKey(path: AttributePath): string | undefined {
  if (path.extension !== undefined) return undefined;
  const { attribute, subAttribute } = path;
  return attribute.multiValued || subAttribute === undefined
    ? attribute.name
    : `${attribute.name}.${subAttribute.name}`;
}

function externalId(id: Sql, { siteId, connectionId }: ObjectColumnsOptions): Scalar {
  return {
    kind: 'scalar',
    type: 'text',
    expression: sql`(
      SELECT i.external_id FROM identities i
      WHERE i.site_id = ${siteId} AND i.object_id = ${id} AND i.connection_id = ${connectionId}::uuid)`,
    equals: (value) => sql`${id} IN (
      SELECT i.object_id FROM identities i
      WHERE i.site_id = ${siteId} AND i.connection_id = ${connectionId}::uuid AND i.external_id = ${value}::text)`,
  };
}

/** As it is shown: a weak entity tag. */
function version(column: Sql, access: Sql): Scalar {
  return {
    kind: 'scalar',
    type: 'text',
    expression: sql`('W/"' || concat_ws('.', ${column}::text, ${access}) || '"')`,
    equals: (value) => {
      const tag = /^W\/"(0|[1-9][0-9]{0,17})(?:\.([0-9a-f]+))?"$/.exec(String(value));
      if (tag === null) return FALSE;
      return sql`(${column} = ${tag[1]}::bigint AND ${access} IS NOT DISTINCT FROM ${tag[2] ?? null}::text)`;
    },
  };
}

/** The URI of an object, found by its id. */
export function location(id: Sql, baseUrl: string, endpoint: string): Scalar {
  return {
    kind: 'scalar',
    type: 'text',
    expression: sql`(${baseUrl + endpoint}::text || ${id}::text)`,
    equals: (value) => {
      const wanted = idInUri(String(value), baseUrl, endpoint);
      return wanted === undefined ? FALSE : sql`${id} = ${wanted}::uuid`;
    },
  };
}
