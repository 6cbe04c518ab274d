import { type Database, join, sql } from '../database/index.js';
import type { Outcome, Step } from './log-entry.js';

export interface LogFilter {
  readonly siteId: number;
  /** Entries about this user, group or other object: as the object itself or as one whom it touched. */
  readonly subjectId?: string | undefined;
  readonly connectionId?: string | undefined;
  readonly apiTokenId?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: Outcome | undefined;
  /** Continue below this entry. */
  readonly before?: { readonly at: Date; readonly id: string } | undefined;
  readonly limit: number;
}

export interface LogEntry {
  readonly id: string;
  readonly at: Date;
  readonly source: string;
  readonly connectionId: string | null;
  /** The API token that did it. */
  readonly apiTokenId: string | null;
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string | null;
  readonly outcome: Outcome;
  readonly errorCode: string | null;
  readonly steps: readonly Step[];
  readonly changed: readonly string[];
  /** Null once the person was erased. */
  readonly personal: {
    readonly name?: string;
    /** Who did it by a token of their own. */
    readonly byUser?: string;
    readonly changes?: readonly { readonly attribute: string; readonly old?: unknown; readonly new?: unknown }[];
    readonly advice?: string;
    readonly details?: object;
  } | null;
  readonly correlationId: string;
  readonly durationMicroseconds: number;
  /** At most the first 100 of `subjectCount`. */
  readonly subjects: readonly { readonly kind: string; readonly id: string; readonly effect: string }[];
  readonly subjectCount: number;
}

/** Entries, newest first, page by page by key, so that any page costs the same. */
export function listLog(database: Database, filter: LogFilter): Promise<LogEntry[]> {
  const conditions = [sql`e.site_id = ${filter.siteId}`];
  if (filter.connectionId !== undefined) conditions.push(sql`e.connection_id = ${filter.connectionId}`);
  if (filter.apiTokenId !== undefined) conditions.push(sql`e.api_token_id = ${filter.apiTokenId}`);
  if (filter.action !== undefined) conditions.push(sql`e.action = ${filter.action}`);
  if (filter.outcome !== undefined) conditions.push(sql`e.outcome = ${filter.outcome}`);
  if (filter.before !== undefined) {
    conditions.push(sql`(e.at, e.id) < (${filter.before.at}::timestamptz, ${filter.before.id}::uuid)`);
  }
  const entries =
    filter.subjectId === undefined
      ? sql`log_entries e`
      : sql`(
          SELECT DISTINCT at, entry_id FROM log_subjects
          WHERE site_id = ${filter.siteId} AND subject_id = ${filter.subjectId}
        ) s JOIN log_entries e ON e.site_id = ${filter.siteId} AND e.at = s.at AND e.id = s.entry_id`;
  return database.read<LogEntry>(sql`
    SELECT e.id, e.at, e.source, e.connection_id AS "connectionId", e.api_token_id AS "apiTokenId", e.action, e.object_type AS "objectType",
      e.object_id AS "objectId", e.outcome, e.error_code AS "errorCode", e.steps, e.changed, e.personal,
      e.correlation_id AS "correlationId", e.duration_microseconds AS "durationMicroseconds",
      e.subjects, e.subject_count AS "subjectCount"
    FROM ${entries} WHERE ${join(conditions, ' AND ')}
    ORDER BY e.at DESC, e.id DESC LIMIT ${filter.limit}`);
}
