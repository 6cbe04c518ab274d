import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { GoogleSettings } from '../connections/index.js';

/** Whose plan it is, for every statement of it. */
export interface Planning {
  readonly siteId: number;
  readonly connectionId: string;
  readonly runId: string;
  /** A walk over everything: what it did not find is absent. A refresh of single objects says nothing about others. */
  readonly whole: boolean;
  readonly settings: PlanSettings;
}

/** What of a connection's settings decides about its plans. */
export type PlanSettings = Pick<
  GoogleSettings,
  | 'selection'
  | 'link'
  | 'recreated'
  | 'takes'
  | 'onSuspended'
  | 'onArchived'
  | 'onDeleted'
  | 'onAbsent'
  | 'onGroupAbsent'
  | 'graceHours'
  | 'confirmationRuns'
  | 'deleteAfterDays'
  | 'limits'
>;

/** Whether groups within groups are taken over. */
export function nests({ selection }: PlanSettings): boolean {
  return selection.mode === 'all' || selection.nested;
}

/** `alias.site_id = … AND alias.run_id = …` of a row of this run. */
export function ofRun({ siteId, runId }: Planning, alias: Sql): Sql {
  return sql`${alias}.site_id = ${siteId} AND ${alias}.run_id = ${runId}`;
}

/**
 * Whether the account with a Google id is certainly gone: a complete walk would have found it, and of a refresh Google
 * has to say so.
 */
export function isGone(planning: Planning, googleId: Sql): Sql {
  if (planning.whole) return sql`true`;
  return sql`EXISTS (SELECT 1 FROM google_staged_users gone
    WHERE ${ofRun(planning, sql`gone`)} AND gone.google_id = ${googleId} AND gone.state = 'deleted')`;
}

/** What was just filled has no statistics: the statements that follow would be planned for empty tables. */
export async function takeStatistics(transaction: Transaction, ...tables: readonly string[]): Promise<void> {
  await transaction.lock(tables.map((table) => `ANALYZE ${table}`).join(';'));
}

/** The order in which items are applied: seats are freed before they are asked for, names before they are taken. */
export const PHASES = {
  deactivateUsers: 10,
  removeMembers: 20,
  renameUsers: 30,
  updateUsers: 40,
  createUsers: 50,
  writeGroups: 60,
  addMembers: 70,
  removeGroups: 80,
  deleteUsers: 90,
} as const;

/** The extension whose `manager` names another user (RFC 7643 section 4.3). */
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
