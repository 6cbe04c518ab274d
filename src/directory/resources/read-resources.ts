import { type Database, sql } from '../../database/index.js';
import { listStatement, type ObjectTable, visibleRows } from '../list-statement.js';
import { isLiving } from '../living.js';
import { isObjectId } from '../object-id.js';
import { isoTimestamp, utcText } from '../timestamps.js';
import type { ListRequest, ObjectRows, ObjectView, Reader } from '../views.js';
import { identityOf, visibleTo } from '../visibility.js';

const columns = sql`
  r.id, r.document::text AS document, i.external_id AS "externalId", r.version,
  ${utcText(sql`r.created_at`)} AS "createdAt", ${utcText(sql`r.modified_at`)} AS "modifiedAt"`;

/** One resource of an operator's type, or undefined when the reader can see none with this id. */
export async function readResource(
  database: Database,
  reader: Reader,
  type: string,
  id: string,
): Promise<ObjectView | undefined> {
  if (!isObjectId(id)) return undefined;
  const [row] = await database.read<ObjectView>(sql`
    SELECT ${columns} FROM ${tables(reader, type)}
    WHERE ${visibleTo(reader, sql`r`, isLiving(sql`r`))} AND r.id = ${id}`);
  return row === undefined ? undefined : view(row);
}

/** A part of the resources of a type; see listStatement for their order. */
export async function listResources(database: Database, type: string, request: ListRequest): Promise<ObjectView[]> {
  const rows = await database.read<ObjectView>(
    listStatement(columns, tables(request.reader, type), tableOf(type), request),
  );
  return rows.map(view);
}

/** The resources of a type that a reader sees, as `r`. */
export function resourceRows(reader: Reader, type: string): ObjectRows {
  return visibleRows(tableOf(type), reader);
}

/** One type's part of the table, which all types share. */
function tableOf(type: string): ObjectTable {
  return { name: sql`(SELECT * FROM resources WHERE type = ${type})`, alias: sql`r` };
}

function tables(reader: Reader, type: string) {
  return sql`${tableOf(type).name} r ${identityOf(reader, sql`r`)}`;
}

function view(row: ObjectView): ObjectView {
  return { ...row, createdAt: isoTimestamp(row.createdAt), modifiedAt: isoTimestamp(row.modifiedAt) };
}
