import type { Sql } from '../../database/index.js';
import { ScimError } from '../errors.js';
import {
  bindFilter,
  bindSort,
  compileFilter,
  compileSort,
  type FilterColumns,
  formatFilter,
  parseFilter,
  type SortDirection,
} from '../filter/index.js';
import type { ScimContext, ScimLimits } from '../request.js';
import type { ResourceType } from '../schema/index.js';

/** A query (RFC 7644 section 3.4.2) as the directory can answer it. */
export interface ListParameters {
  readonly condition: Sql | undefined;
  readonly order: Sql | undefined;
  /** From 1. */
  readonly startIndex: number;
  readonly count: number;
  /** The same for two queries that differ only in the page they ask for. */
  readonly shape: string;
}

/** @throws ScimError 400 invalidFilter or invalidValue that names the parameter */
export function parseListParameters(
  type: ResourceType,
  query: URLSearchParams,
  columns: FilterColumns,
  context: ScimContext,
  limits: ScimLimits,
): ListParameters {
  const filter = parameter(query, 'filter');
  const condition = filter === undefined ? undefined : compile(type, filter, columns, context, limits);
  const sortBy = parameter(query, 'sortBy');
  const direction = sortDirection(query);
  const sortPath =
    sortBy === undefined
      ? undefined
      : bindSort(sortBy, type, { bareExtensionNames: context.profile.filter.bareExtensionNames });
  return {
    condition: condition?.sql,
    order: sortPath === undefined ? undefined : compileSort(sortPath, direction, columns),
    startIndex: Math.max(1, integer(query, 'startIndex') ?? 1),
    count: Math.min(limits.pageSizeMax, Math.max(0, integer(query, 'count') ?? limits.pageSizeDefault)),
    shape: condition?.text ?? '',
  };
}

function compile(
  type: ResourceType,
  text: string,
  columns: FilterColumns,
  context: ScimContext,
  limits: ScimLimits,
): { sql: Sql; text: string } {
  const bounds = { length: limits.filterLength, depth: limits.filterDepth, terms: limits.filterTerms };
  const filter = parseFilter(text, bounds, context.profile.filter);
  return { sql: compileFilter(bindFilter(filter, type, context.profile.filter), columns), text: formatFilter(filter) };
}

function sortDirection(query: URLSearchParams): SortDirection {
  const order = parameter(query, 'sortOrder')?.toLowerCase() ?? 'ascending';
  if (order === 'ascending' || order === 'descending') return order;
  throw new ScimError(400, 'invalidValue', 'sortOrder: must be ascending or descending.');
}

/** The number of a page parameter. Values far beyond any directory are cut, so that SQL can hold them. */
function integer(query: URLSearchParams, name: string): number | undefined {
  const text = parameter(query, name);
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,18}$/.test(text)) throw new ScimError(400, 'invalidValue', `${name}: must be a whole number.`);
  return Math.min(Math.max(Number(text), -2_147_483_648), 2_147_483_647);
}

function parameter(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  if (values.length > 1) throw new ScimError(400, 'invalidValue', `${name}: is given more than once.`);
  return values[0];
}
