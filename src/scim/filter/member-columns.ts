import { type Sql, sql } from '../../database/index.js';
import type { Attribute } from '../schema/index.js';
import type { FilterColumns, Scalar } from './filter-columns.js';
import { idInUri } from './object-uri.js';
import { FALSE } from './scalar-comparison.js';

/**
 * How members lie in rows of the alias `m` that the caller provides: `member_id` uuid, `member_type` (`User` or
 * `Group`) and `display_key`, the comparison key of what is shown. For the filter of a PATCH path such as `members[type eq "Group"]`.
 */
export function memberColumns({ baseUrl }: { readonly baseUrl: string }): FilterColumns {
  return { locate: (path) => memberScalar(path.subAttribute, baseUrl) };
}

/** A part of one member. */
export function memberScalar(subAttribute: Attribute | undefined, baseUrl: string): Scalar {
  switch (subAttribute?.name) {
    case 'display':
      return { kind: 'scalar', expression: sql`m.display_key`, type: 'text' };
    case 'type':
      return { kind: 'scalar', expression: sql`lower(m.member_type)`, type: 'text' };
    case '$ref':
      return {
        kind: 'scalar',
        expression: sql`(${baseUrl}::text || '/' || m.member_type || 's/' || m.member_id::text)`,
        type: 'text',
        equals: (value) => refersTo(String(value), baseUrl),
      };
    case 'value':
      return { kind: 'scalar', expression: sql`m.member_id`, type: 'uuid' };
    default:
      return { kind: 'scalar', expression: sql`NULL::text`, type: 'text' };
  }
}

function refersTo(uri: string, baseUrl: string): Sql {
  for (const type of ['User', 'Group']) {
    const id = idInUri(uri, baseUrl, `/${type}s/`);
    if (id !== undefined) return sql`(m.member_type = ${type} AND m.member_id = ${id}::uuid)`;
  }
  return FALSE;
}
