import { type Sql, sql } from '../../database/index.js';
import { type AccessView, accessOfUsers } from '../../licensing/index.js';
import type { AttributePath } from '../schema/index.js';
import type { BoundComparison } from './bound-filter.js';
import { locateInDocument } from './document-columns.js';
import type { Rows, Scalar } from './filter-columns.js';
import { foldedText } from './folded-text.js';

/** What is shown of users' access in `roles` and `entitlements`, beside what clients wrote there. */
export interface UserAccessOptions {
  readonly view: AccessView;
  /** The `type` of licences; undefined for the key of the application, which is that of roles. */
  readonly licenceType: string | undefined;
}

/**
 * `roles` or `entitlements` of users, those written and those shown. `eq` is answered by the index of the documents
 * and the keys of entitlements and grants.
 */
export function userAccess(
  path: AttributePath,
  kind: 'role' | 'licence',
  siteId: number,
  { view, licenceType }: UserAccessOptions,
): Scalar | Rows {
  const written = locateInDocument(sql`u.folded`, path);
  if (written.kind === 'scalar') return written;
  const parts: Readonly<Record<string, Sql>> = {
    value: sql`shown.value`,
    display: foldedText(sql`shown.display`),
    type:
      kind === 'role' || licenceType === undefined ? sql`shown.application` : sql`${licenceType.toLowerCase()}::text`,
  };
  const shown = sql`(${accessOfUsers(view)}) shown`;
  const elements = sql`
    SELECT jsonb_build_object('value', ${parts.value}, 'display', ${parts.display}, 'type', ${parts.type})
    FROM ${shown} WHERE shown.user_id = u.id AND shown.kind = ${kind}`;
  return {
    kind: 'rows',
    // The element's name is that of documents, so that one condition fits both.
    exists: (condition) => sql`(
      ${written.exists(condition)} OR EXISTS (SELECT 1 FROM (${elements}) AS value_1 (element) WHERE ${condition}))`,
    member: written.member,
    having: (terms) => {
      const inDocuments = documentsHaving(path, terms);
      if (inDocuments === undefined) return undefined;
      const holds = conditionOf(terms, parts);
      return sql`u.id IN (
        SELECT d.id FROM users d WHERE d.site_id = ${siteId} AND d.deleted_at IS NULL AND ${inDocuments}
        ${holds === undefined ? sql`` : sql`UNION ALL SELECT shown.user_id FROM ${shown} WHERE shown.kind = ${kind} AND ${holds}`})`;
    },
    first: (member) => sql`coalesce(
      ${written.first(member)},
      (SELECT ${member} FROM (${elements}) AS value_1 (element) WHERE ${member} IS NOT NULL ORDER BY 1 LIMIT 1))`,
  };
}

/** The documents of other users than `u`, so that the index finds them wherever else the filter looks. */
function documentsHaving(path: AttributePath, terms: readonly BoundComparison[]): Sql | undefined {
  const others = locateInDocument(sql`d.folded`, path);
  return others.kind === 'rows' ? others.having(terms) : undefined;
}

/** @returns undefined where nothing that is shown can meet the terms */
function conditionOf(terms: readonly BoundComparison[], parts: Readonly<Record<string, Sql>>): Sql | undefined {
  const conditions = terms.map(({ path, value }) => {
    const part = parts[path.subAttribute?.name ?? 'value'];
    return part === undefined ? undefined : sql`${part} = ${String(value)}::text`;
  });
  return conditions.reduce((all, one) => (all === undefined || one === undefined ? undefined : sql`${all} AND ${one}`));
}
