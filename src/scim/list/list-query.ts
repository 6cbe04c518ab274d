import { ScimError } from '../errors.js';
import type { SortDirection } from '../filter/index.js';

/** A query (RFC 7644 section 3.4.2, RFC 9865 section 2), whichever envelope it came in. */
export interface ListQuery {
  readonly filter: string | undefined;
  readonly sortBy: string | undefined;
  readonly sortOrder: SortDirection;
  /** As sent, but within what SQL holds as an integer. */
  readonly startIndex: number | undefined;
  readonly count: number | undefined;
  /** Empty at the start of a walk; undefined when paging goes by index. */
  readonly cursor: string | undefined;
  readonly attributes: readonly string[];
  readonly excludedAttributes: readonly string[];
  /** URLs are written to logs on their way (RFC 7644 section 7.5.2); bodies are not. */
  readonly inUrl: boolean;
}

/** Takes parameters out of an envelope, by the names of RFC 7644 table 4. Each throws 400 invalidValue. */
export interface Envelope {
  text(name: string): string | undefined;
  wholeNumber(name: string): number | undefined;
  names(name: string): readonly string[];
}

/** @throws ScimError 400 invalidValue that names the parameter */
export function readQuery(envelope: Envelope, inUrl: boolean): ListQuery {
  const query = {
    filter: envelope.text('filter'),
    sortBy: envelope.text('sortBy'),
    sortOrder: sortDirection(envelope.text('sortOrder')),
    startIndex: within(envelope.wholeNumber('startIndex')),
    count: within(envelope.wholeNumber('count')),
    cursor: envelope.text('cursor'),
    attributes: envelope.names('attributes'),
    excludedAttributes: envelope.names('excludedAttributes'),
    inUrl,
  };
  if (query.cursor !== undefined && query.startIndex !== undefined) {
    throw invalidParameter('startIndex', 'cannot be given together with cursor');
  }
  return query;
}

export function invalidParameter(name: string, problem: string): ScimError {
  return new ScimError(400, 'invalidValue', `${name}: ${problem}.`);
}

function sortDirection(sortOrder: string | undefined): SortDirection {
  const order = sortOrder?.toLowerCase() ?? 'ascending';
  if (order === 'ascending' || order === 'descending') return order;
  throw invalidParameter('sortOrder', 'must be ascending or descending');
}

/** Values far beyond any directory are cut, so that SQL can hold them. */
function within(number: number | undefined): number | undefined {
  return number === undefined ? undefined : Math.min(Math.max(number, -2_147_483_648), 2_147_483_647);
}
