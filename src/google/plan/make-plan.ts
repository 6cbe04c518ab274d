import { analyzeGrown, type Database, sql, type Transaction } from '../../database/index.js';
import type { SeatForecast, SeatRules } from '../../licensing/index.js';
import { licenceEffect } from './licence-effect.js';
import { measureRemovals, type Removals } from './limits.js';
import { matchGroups } from './match-groups.js';
import { matchUsers } from './match-users.js';
import { overtakeHeld } from './overtake-held.js';
import { planAbsent } from './plan-absent.js';
import { planGroups } from './plan-groups.js';
import { planMembers } from './plan-members.js';
import { planUsers } from './plan-users.js';
import { ofRun, type Planning, takeStatistics } from './planning.js';
import { proveWalk } from './prove-walk.js';
import { hashPlan, recordConflicts, recordProblems } from './record.js';

export interface Plan {
  readonly hash: string;
  readonly counts: readonly PlanCount[];
  readonly licences: readonly SeatForecast[];
  readonly removals: readonly Removals[];
  /** Whether what it takes away waits for an administrator. */
  readonly held: boolean;
  readonly conflicts: number;
  readonly warnings: number;
}

export interface PlanCount {
  readonly kind: 'user' | 'group' | 'members';
  readonly action: string;
  readonly count: number;
  /** People and groups that come or go, of members. */
  readonly members: number;
}

/**
 * Works out what has to change so that the directory is what the walk found, in sets: nothing is changed yet. What takes
 * away beyond a limit is held.
 * @throws RollcallError `google.no-users`, `google.no-groups`; what `signal` was aborted with
 */
export async function makePlan(
  database: Database,
  planning: Planning,
  rules: SeatRules,
  signal: AbortSignal,
): Promise<Plan> {
  await analyzeGrown(database);
  return database.transaction(async (transaction) => {
    await transaction.lock(
      `SET LOCAL statement_timeout = '${LONGEST_STATEMENT}'; SET LOCAL work_mem = '${SORT_MEMORY}'`,
    );
    for (const step of STEPS) {
      signal.throwIfAborted();
      await step(transaction, planning);
    }
    signal.throwIfAborted();
    const licences = await licenceEffect(transaction, planning, rules);
    const freed = await licenceEffect(transaction, planning, rules, true);
    const removals = await measureRemovals(transaction, planning, freed);
    const held = removals.some(({ exceeds }) => exceeds);
    if (held) await hold(transaction, planning);
    const counts = await countItems(transaction, planning);
    const conflicts = await countConflicts(transaction, planning);
    const warnings = conflicts + sum(counts.filter(({ action }) => action === 'skip'));
    const hash = await hashPlan(transaction, planning, held);
    return { hash, counts, licences, removals, held, conflicts, warnings };
  });
}

/** For 1,000,000 memberships the longest takes seconds; a busy machine may need more than an answer to a client may. */
const LONGEST_STATEMENT = '10min';

/** What a statement sorts and compares by: 1,000,000 memberships take a few times as much, and the rest goes to disk. */
const SORT_MEMORY = '64MB';

type PlanStep = (transaction: Transaction, planning: Planning) => Promise<void>;

const STEPS: readonly PlanStep[] = [
  forget,
  (transaction) => takeStatistics(transaction, 'google_staged_users', 'google_staged_groups', 'google_staged_members'),
  proveWalk,
  matchGroups,
  matchUsers,
  recordProblems,
  planUsers,
  planAbsent,
  planGroups,
  planMembers,
  overtakeHeld,
  recordConflicts,
];

/** A plan that was broken off is made anew. */
async function forget(transaction: Transaction, { siteId, runId }: Planning): Promise<void> {
  await transaction.run(sql`DELETE FROM google_matches WHERE site_id = ${siteId} AND run_id = ${runId}`);
  await transaction.run(sql`DELETE FROM google_plan_items WHERE site_id = ${siteId} AND run_id = ${runId}`);
}

async function hold(transaction: Transaction, planning: Planning): Promise<void> {
  await transaction.run(sql`
    UPDATE google_plan_items i SET state = 'held' WHERE ${ofRun(planning, sql`i`)} AND i.removal AND i.state = 'planned'`);
}

function countItems(transaction: Transaction, planning: Planning): Promise<PlanCount[]> {
  return transaction.run<PlanCount>(sql`
    SELECT i.kind, i.action, count(*)::integer AS count,
      coalesce(sum(CASE WHEN i.kind = 'members' AND i.action <> 'skip'
        THEN jsonb_array_length(i.data->'users') + jsonb_array_length(i.data->'groups') END), 0)::integer AS members
    FROM google_plan_items i WHERE ${ofRun(planning, sql`i`)} GROUP BY i.kind, i.action ORDER BY i.kind, i.action`);
}

async function countConflicts(transaction: Transaction, planning: Planning): Promise<number> {
  const [row] = await transaction.run<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM google_matches m
    WHERE ${ofRun(planning, sql`m`)} AND m.conflict <> 'ignored' AND m.selected`);
  return row?.count ?? 0;
}

function sum(counts: readonly PlanCount[]): number {
  return counts.reduce((total, { count }) => total + count, 0);
}
