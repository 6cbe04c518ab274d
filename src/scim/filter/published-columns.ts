import { raw, type Sql, sql } from '../../database/index.js';
import type { ResourceType } from '../schema/index.js';
import type { FilterColumns, Rows, Scalar } from './filter-columns.js';
import { foldedText } from './folded-text.js';
import { columnKey } from './object-columns.js';
import { TRUE } from './scalar-comparison.js';

const NOTHING: Scalar = { kind: 'scalar', expression: sql`NULL::text`, type: 'text' };

/** A time that is not known; other resource types have it, and sort by it. */
const NEVER: Scalar = { kind: 'scalar', expression: sql`NULL::timestamptz`, type: 'timestamp' };

/** How what is published about access lies in a query with the alias `p`, whose `value` is the id. */
export function publishedColumns(type: ResourceType, baseUrl: string): FilterColumns {
  const columns = new Map<string, Scalar | Rows>([
    ['id', text(sql`p.value`)],
    ['meta', { kind: 'scalar', expression: TRUE, type: 'boolean' }],
    ['meta.resourceType', text(sql`${type.name}::text`)],
    ['meta.created', NEVER],
    ['meta.lastModified', NEVER],
    ['meta.location', text(sql`(${`${baseUrl}${type.endpoint}/`}::text || p.value)`)],
    ['value', text(sql`p.value`)],
    ['display', text(foldedText(sql`p.display`))],
    ['displayName', text(foldedText(sql`p.display`))],
    ['description', text(foldedText(sql`p.description`))],
    // Okta's `type` is the resource type's name, the draft's the application's key.
    ['type', text(type.schema.attributes.has('value') ? sql`p.application` : sql`${type.name}::text`)],
    ['supported', { kind: 'scalar', expression: sql`p.supported`, type: 'boolean' }],
    ['limitedAssignmentsPermitted', { kind: 'scalar', expression: sql`(p.seats IS NOT NULL)`, type: 'boolean' }],
    ['totalAssignmentsPermitted', { kind: 'scalar', expression: sql`to_jsonb(p.seats)`, type: 'jsonb' }],
    ['totalAssignmentsUsed', { kind: 'scalar', expression: sql`to_jsonb(p."seatsUsed")`, type: 'jsonb' }],
    ['contains', texts(sql`p.contains`)],
    ['containedBy', texts(sql`p."containedBy"`)],
  ]);
  const has = (name: string) => type.schema.attributes.has(name.toLowerCase());
  return {
    locate(path) {
      const key = columnKey(path) ?? '';
      const isCommon = key === 'id' || key.startsWith('meta');
      return (isCommon || has(key) ? columns.get(key) : undefined) ?? NOTHING;
    },
  };
}

function text(expression: Sql): Scalar {
  return { kind: 'scalar', expression, type: 'text' };
}

function texts(array: Sql): Rows {
  const rows = sql`unnest(${array}) WITH ORDINALITY AS one (element, position)`;
  return {
    kind: 'rows',
    exists: (condition) => sql`EXISTS (SELECT 1 FROM ${rows} WHERE ${condition})`,
    member: () => text(raw('one.element')),
    having: ([term, ...more]) =>
      term === undefined || more.length > 0 ? undefined : sql`${String(term.value)}::text = ANY (${array})`,
    first: (member) => sql`(SELECT ${member} FROM ${rows} ORDER BY one.position LIMIT 1)`,
  };
}
