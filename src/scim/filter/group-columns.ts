import { sql } from '../../database/index.js';
import { locateInDocument } from './document-columns.js';
import type { FilterColumns, Rows, Scalar } from './filter-columns.js';
import { groupMembers } from './group-members.js';
import { columnKey, type ObjectColumnsOptions, objectColumns } from './object-columns.js';

export type GroupColumnsOptions = ObjectColumnsOptions;

/** How groups lie in the table `groups`, alias `g`. */
export function groupColumns(options: GroupColumnsOptions): FilterColumns {
  const columns = new Map<string, Scalar | Rows>([
    ...objectColumns(
      {
        resourceType: 'Group',
        endpoint: '/Groups',
        id: sql`g.id`,
        version: sql`g.version`,
        createdAt: sql`g.created_at`,
        modifiedAt: sql`g.modified_at`,
      },
      options,
    ),
    ['displayName', { kind: 'scalar', expression: sql`g.display_name_key`, type: 'text', ordered: true }],
    ['members', groupMembers(options)],
  ]);
  return { locate: (path) => columns.get(columnKey(path) ?? '') ?? locateInDocument(sql`g.folded`, path) };
}
