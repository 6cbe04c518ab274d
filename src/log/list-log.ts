import { type Database, empty, sql } from '../database/index.js';
import type { Outcome, Step } from './log-entry.js';
import { filtered, type LogFilter } from './log-filter.js';

export interface LogPage {
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
export function listLog(database: Database, { before, limit, ...filter }: LogFilter & LogPage): Promise<LogEntry[]> {
  const below = before === undefined ? empty : sql` AND (e.at, e.id) < (${before.at}::timestamptz, ${before.id}::uuid)`;
  return database.read<LogEntry>(sql`
    SELECT ${entryColumns} FROM ${filtered(filter)}${below} ORDER BY e.at DESC, e.id DESC LIMIT ${limit}`);
}

/** Every entry that the filter lets through, the oldest first, in constant memory. */
export function streamLog(database: Database, filter: LogFilter): AsyncIterable<LogEntry> {
  return database.stream<LogEntry>(sql`SELECT ${entryColumns} FROM ${filtered(filter)} ORDER BY e.at, e.id`);
}

const entryColumns = sql`
  e.id, e.at, e.source, e.connection_id AS "connectionId", e.api_token_id AS "apiTokenId", e.action,
  e.object_type AS "objectType", e.object_id AS "objectId", e.outcome, e.error_code AS "errorCode", e.steps, e.changed,
  e.personal, e.correlation_id AS "correlationId", e.duration_microseconds AS "durationMicroseconds", e.subjects,
  e.subject_count AS "subjectCount"`;
