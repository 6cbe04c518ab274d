import { type Database, sql } from '../database/index.js';
import { filtered, type LogFilter } from './log-filter.js';

/** Failures that have one cause, from one place. */
export interface FailureCause {
  readonly errorCode: string;
  readonly action: string;
  readonly source: string;
  readonly connectionId: string | null;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** What the latest of them says to do; null once its people were erased. */
  readonly advice: string | null;
  /** The latest of them. */
  readonly lastEntryId: string;
}

/** What went wrong, by cause, the most frequent first: what an administrator asks on the morning after. */
export function failureCauses(database: Database, filter: LogFilter, limit: number): Promise<FailureCause[]> {
  return database.read<FailureCause>(sql`
    SELECT coalesce(e.error_code, 'unknown') AS "errorCode", e.action, e.source, e.connection_id AS "connectionId",
      count(*)::integer AS count, min(e.at) AS "firstAt", max(e.at) AS "lastAt",
      (array_agg(e.personal->>'advice' ORDER BY e.at DESC, e.id DESC))[1] AS advice,
      (array_agg(e.id ORDER BY e.at DESC, e.id DESC))[1] AS "lastEntryId"
    FROM ${filtered({ ...filter, outcome: 'failure' })}
    GROUP BY coalesce(e.error_code, 'unknown'), e.action, e.source, e.connection_id
    ORDER BY count(*) DESC, max(e.at) DESC LIMIT ${limit}`);
}
