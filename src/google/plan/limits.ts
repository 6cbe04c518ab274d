import { sql, type Transaction } from '../../database/index.js';
import type { SeatForecast } from '../../licensing/index.js';
import type { GoogleSettings } from '../connections/index.js';
import { ofRun, type Planning } from './planning.js';

export type LimitedKind = 'users' | 'groups' | 'memberships' | 'seats';
export type Limits = GoogleSettings['limits'];

/** What a plan takes away of one kind, and of how many. */
export interface Removals {
  readonly kind: LimitedKind;
  readonly removed: number;
  readonly base: number;
  readonly exceeds: boolean;
}

/**
 * Compares what the plan takes away with the limits; of a refresh together with what refreshes have taken away since the
 * last complete run, so that many small steps are no way around them.
 * @param seats what the removals mean for seats
 */
export async function measureRemovals(
  transaction: Transaction,
  planning: Planning,
  seats: readonly SeatForecast[],
): Promise<Removals[]> {
  const { siteId, connectionId } = planning;
  const [counts] = await transaction.run<Record<string, number>>(sql`
    SELECT
      (SELECT count(DISTINCT i.object_id)::integer FROM google_plan_items i
        WHERE ${ofRun(planning, sql`i`)} AND i.removal AND i.state = 'planned' AND i.kind = 'user') AS users_removed,
      (SELECT count(*)::integer FROM users u WHERE u.site_id = ${siteId} AND u.owner_connection_id = ${connectionId}
        AND u.deleted_at IS NULL) AS users,
      (SELECT count(*)::integer FROM google_plan_items i
        WHERE ${ofRun(planning, sql`i`)} AND i.removal AND i.state = 'planned' AND i.kind = 'group') AS groups_removed,
      (SELECT count(*)::integer FROM groups g WHERE g.site_id = ${siteId} AND g.owner_connection_id = ${connectionId}
        AND g.deleted_at IS NULL) AS groups,
      (SELECT coalesce(sum(jsonb_array_length(i.data->'users') + jsonb_array_length(i.data->'groups')), 0)::integer
        FROM google_plan_items i WHERE ${ofRun(planning, sql`i`)} AND i.removal AND i.state = 'planned'
          AND i.kind = 'members')
        AS memberships_removed,
      (SELECT count(*)::integer FROM memberships m WHERE m.site_id = ${siteId}
        AND m.owner_connection_id = ${connectionId}) AS memberships`);
  const count = (name: string) => counts?.[name] ?? 0;
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const measured: [LimitedKind, number, number][] = [
    ['users', count('users_removed'), count('users')],
    ['groups', count('groups_removed'), count('groups')],
    ['memberships', count('memberships_removed'), count('memberships')],
    ['seats', sum(seats.map(({ freed }) => freed)), sum(seats.map(({ used }) => used))],
  ];
  const earlier = planning.whole ? new Map() : await removedByRefreshes(transaction, planning);
  return measured.map(([kind, removed, base]) => {
    const together = removed + (earlier.get(kind) ?? 0);
    return { kind, removed, base, exceeds: removed > 0 && exceeds(planning.settings.limits[kind], together, base) };
  });
}

/** What was held back counts when somebody approves it, and is not counted here. */
async function removedByRefreshes(
  transaction: Transaction,
  { siteId, connectionId, runId }: Planning,
): Promise<ReadonlyMap<LimitedKind, number>> {
  const rows = await transaction.run<{ kind: LimitedKind; removed: number }>(sql`
    SELECT removal->>'kind' AS kind, sum((removal->>'removed')::integer)::integer AS removed
    FROM google_runs r CROSS JOIN jsonb_array_elements(r.summary->'removals') AS removal
    WHERE r.site_id = ${siteId} AND r.connection_id = ${connectionId} AND r.kind = 'refresh' AND r.id <> ${runId}::uuid
      AND NOT r.summary->'removals' @> '[{"exceeds": true}]'
      AND r.id > coalesce((SELECT f.id FROM google_runs f
        WHERE f.site_id = r.site_id AND f.connection_id = r.connection_id AND f.kind = 'sync'
          AND f.state IN ('completed', 'awaiting-approval', 'rejected', 'expired', 'superseded')
        ORDER BY f.id DESC LIMIT 1), '00000000-0000-0000-0000-000000000000')
    GROUP BY removal->>'kind'`);
  return new Map(rows.map(({ kind, removed }) => [kind, removed]));
}

/** Of few people the percentage is taken as if they were `minimumBase`: half of three is two. */
function exceeds({ percent, count, minimumBase }: Limits[LimitedKind], removed: number, base: number): boolean {
  if (count > 0 && removed > count) return true;
  return percent > 0 && removed * 100 > Math.max(base, minimumBase) * percent;
}
