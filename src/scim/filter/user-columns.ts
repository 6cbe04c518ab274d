import { sql } from '../../database/index.js';
import { accessText, accessVersionOf } from '../../licensing/index.js';
import type { BoundComparison } from './bound-filter.js';
import { locateInDocument } from './document-columns.js';
import type { FilterColumns, Rows, Scalar } from './filter-columns.js';
import { columnKey, type ObjectColumnsOptions, objectColumns } from './object-columns.js';
import { type UserAccessOptions, userAccess } from './user-access.js';
import { userGroups } from './user-groups.js';

export interface UserColumnsOptions extends ObjectColumnsOptions {
  /** Absent where roles and entitlements are only what clients write there. */
  readonly access?: UserAccessOptions | undefined;
}

/** How users lie in the table `users`, alias `u`. */
export function userColumns(options: UserColumnsOptions): FilterColumns {
  const { access, siteId } = options;
  const columns = new Map<string, Scalar | Rows>([
    ...objectColumns(
      {
        resourceType: 'User',
        endpoint: '/Users',
        id: sql`u.id`,
        version: sql`u.version`,
        ...(access === undefined ? {} : { accessVersion: accessVersionOf(accessText(access.view, sql`u.id`)) }),
        createdAt: sql`u.created_at`,
        modifiedAt: sql`u.modified_at`,
      },
      options,
    ),
    ['userName', { kind: 'scalar', expression: sql`u.user_name_key`, type: 'text', ordered: true }],
    ['active', { kind: 'scalar', expression: sql`(u.state IN ('active', 'invited'))`, type: 'boolean' }],
    ['groups', userGroups(options)],
  ]);
  return {
    locate: (path) => {
      const column = columns.get(columnKey(path) ?? '');
      if (column !== undefined) return column;
      const key = columnKey(path);
      const kind = key === 'roles' ? 'role' : key === 'entitlements' ? 'licence' : undefined;
      if (access !== undefined && kind !== undefined) return userAccess(path, kind, siteId, access);
      const located = locateInDocument(sql`u.folded`, path);
      return key === 'emails' && located.kind === 'rows' ? withEmailKeys(located, siteId) : located;
    },
  };
}

/** Addresses are looked up by their keys: quicker than the documents' index. */
function withEmailKeys(emails: Rows, siteId: number): Rows {
  return {
    ...emails,
    having: (terms) => {
      const value = terms.find((term) => isTerm(term, 'value'));
      const type = terms.find((term) => isTerm(term, 'type'));
      const keyed = [value, type].filter((term) => term !== undefined);
      // An empty type_key stands for no type, which equals nothing.
      if (value === undefined || keyed.length !== terms.length || type?.value === '') return emails.having(terms);
      const typeCondition = type === undefined ? sql`` : sql` AND e.type_key = ${type.value}::text`;
      return sql`u.id IN (
        SELECT e.user_id FROM user_emails e
        WHERE e.site_id = ${siteId} AND e.value_key = ${value.value}::text${typeCondition})`;
    },
  };
}

function isTerm(term: BoundComparison, name: string): boolean {
  return term.path.subAttribute?.name === name;
}
