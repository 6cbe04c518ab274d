import { sql } from '../../database/index.js';
import type { ResourceType } from '../schema/index.js';
import { locateInDocument } from './document-columns.js';
import type { FilterColumns } from './filter-columns.js';
import { type Columns, columnKey, type ObjectColumnsOptions, objectColumns } from './object-columns.js';

/** How resources of an operator's type lie in the table `resources`, alias `r`. */
export function resourceColumns({ name, endpoint }: ResourceType, options: ObjectColumnsOptions): FilterColumns {
  const columns: Columns = new Map(
    objectColumns(
      {
        resourceType: name,
        endpoint,
        id: sql`r.id`,
        version: sql`r.version`,
        createdAt: sql`r.created_at`,
        modifiedAt: sql`r.modified_at`,
      },
      options,
    ),
  );
  return { locate: (path) => columns.get(columnKey(path) ?? '') ?? locateInDocument(sql`r.folded`, path) };
}
