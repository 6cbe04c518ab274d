import type { Sql } from '../../database/index.js';
import type { ObjectRows, Reader } from '../../directory/index.js';
import {
  type BoundFilter,
  bindFilter,
  bindSort,
  compileFilter,
  formatFilter,
  parseFilter,
  type SortDirection,
  type SortKey,
  simplifyFilter,
  sortKey,
} from '../filter/index.js';
import { readerOf, type ScimContext, type ScimLimits } from '../request.js';
import { type Projection, parseProjection } from '../schema/index.js';
import type { ListQuery } from './list-query.js';
import type { ListSource } from './list-source.js';
import type { SensitiveAttributes } from './sensitive-attributes.js';

/** The path of a query over all resource types (RFC 7644 section 3.4.2.1). */
export const ALL_TYPES = '/';

/** Where a query is sent to, e.g. `/Users`, and what lies there. */
export interface ListPlace {
  readonly path: string;
  readonly sources: readonly ListSource[];
}

/** What a query asks of one resource type. */
export interface ListPart {
  readonly source: ListSource;
  readonly rows: ObjectRows;
  /** Undefined when everything matches. */
  readonly condition: Sql | undefined;
  /** Undefined when nothing has a value to sort by. */
  readonly sortKey: SortKey | undefined;
  readonly projection: Projection;
}

/** A query as the database can answer it. */
export interface ListPlan {
  readonly context: ScimContext;
  readonly reader: Reader;
  /** Those that can match, in the order in which their resources come. */
  readonly parts: readonly ListPart[];
  readonly direction: SortDirection;
  /** The same for filters that differ in spelling only; empty without one. */
  readonly filter: string;
}

const EVERYTHING: BoundFilter = { kind: 'constant', value: true };

export interface PlanRules {
  readonly limits: ScimLimits;
  readonly sensitive: SensitiveAttributes;
}

/** @throws ScimError 400 invalidFilter or invalidValue that names the parameter; 403 sensitive */
export function planList(place: ListPlace, query: ListQuery, context: ScimContext, rules: PlanRules): ListPlan {
  const { filterLength: length, filterDepth: depth, filterTerms: terms } = rules.limits;
  const filter =
    query.filter === undefined
      ? undefined
      : parseFilter(query.filter, { length, depth, terms }, context.profile.filter);
  const options = { ...context.profile.filter, unknownIsUnassigned: place.path === ALL_TYPES };
  const reader = readerOf(context);
  const parts = place.sources.flatMap((source): ListPart[] => {
    const { type } = source;
    const columns = source.columns(context);
    const projection = parseProjection(
      type,
      query.attributes,
      query.excludedAttributes,
      rules.limits.projectionAttributes,
    );
    const path = query.sortBy === undefined ? undefined : bindSort(query.sortBy, type, options);
    const bound = filter === undefined ? EVERYTHING : bindFilter(filter, type, options);
    if (query.inUrl) rules.sensitive.refuse(bound, type);
    const simple = simplifyFilter(bound, type.name);
    if (simple.kind === 'constant' && !simple.value) return [];
    return [
      {
        source,
        rows: source.rows(reader),
        condition: simple.kind === 'constant' ? undefined : compileFilter(simple, columns),
        sortKey: path === undefined ? undefined : sortKey(path, columns),
        projection,
      },
    ];
  });
  return {
    context,
    reader,
    parts,
    direction: query.sortOrder,
    filter: filter === undefined ? '' : formatFilter(filter),
  };
}
