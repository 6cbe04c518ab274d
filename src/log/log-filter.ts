import { join, type Sql, sql } from '../database/index.js';
import type { Source } from '../directory/index.js';
import type { Outcome } from './log-entry.js';

/** Which entries of a site are wanted. */
export interface LogFilter {
  readonly siteId: number;
  /** Entries about this user, group or other object: as the object itself or as one whom it touched. */
  readonly subjectId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly apiTokenId?: string | undefined;
  readonly source?: Source | undefined;
  readonly action?: string | undefined;
  readonly outcome?: Outcome | undefined;
  /** That changed this attribute, by its name or path. */
  readonly changed?: string | undefined;
  /** Of one request, one run of a sync. */
  readonly correlationId?: string | undefined;
  /** From here on, and before that. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** `… log_entries e … WHERE …`, to which more conditions can be added with AND. */
export function filtered(filter: LogFilter): Sql {
  const { siteId, subjectId, connectionId, apiTokenId, source, action, outcome, changed, correlationId, since, until } =
    filter;
  const conditions = [sql`e.site_id = ${siteId}`];
  if (connectionId !== undefined) conditions.push(sql`e.connection_id = ${connectionId}`);
  if (apiTokenId !== undefined) conditions.push(sql`e.api_token_id = ${apiTokenId}`);
  if (source !== undefined) conditions.push(sql`e.source = ${source}`);
  if (action !== undefined) conditions.push(sql`e.action = ${action}`);
  if (outcome !== undefined) conditions.push(sql`e.outcome = ${outcome}`);
  if (changed !== undefined) conditions.push(sql`e.changed @> ARRAY[${changed}::text]`);
  if (correlationId !== undefined) conditions.push(sql`e.correlation_id = ${correlationId}`);
  if (since !== undefined) conditions.push(sql`e.at >= ${since}::timestamptz`);
  if (until !== undefined) conditions.push(sql`e.at < ${until}::timestamptz`);
  const entries =
    subjectId === undefined
      ? sql`log_entries e`
      : sql`(
          SELECT DISTINCT at, entry_id FROM log_subjects WHERE site_id = ${siteId} AND subject_id = ${subjectId}
        ) s JOIN log_entries e ON e.site_id = ${siteId} AND e.at = s.at AND e.id = s.entry_id`;
  return sql`${entries} WHERE ${join(conditions, ' AND ')}`;
}
