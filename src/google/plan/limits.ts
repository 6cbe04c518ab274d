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

/** Compares what the plan takes away with the limits. @param seats what the removals mean for seats */
export async function measureRemovals(
  transaction: Transaction,
  planning: Planning,
  seats: readonly SeatForecast[],
): Promise<Removals[]> {
  const { siteId, connectionId } = planning;
  const [counts] = await transaction.run<Record<string, number>>(sql`
    SELECT
      (SELECT count(DISTINCT i.object_id)::integer FROM google_plan_items i
        WHERE ${ofRun(planning, sql`i`)} AND i.removal AND i.kind = 'user') AS users_removed,
      (SELECT count(*)::integer FROM users u WHERE u.site_id = ${siteId} AND u.owner_connection_id = ${connectionId}
        AND u.deleted_at IS NULL) AS users,
      (SELECT count(*)::integer FROM google_plan_items i
        WHERE ${ofRun(planning, sql`i`)} AND i.removal AND i.kind = 'group') AS groups_removed,
      (SELECT count(*)::integer FROM groups g WHERE g.site_id = ${siteId} AND g.owner_connection_id = ${connectionId}
        AND g.deleted_at IS NULL) AS groups,
      (SELECT coalesce(sum(jsonb_array_length(i.data->'users') + jsonb_array_length(i.data->'groups')), 0)::integer
        FROM google_plan_items i WHERE ${ofRun(planning, sql`i`)} AND i.removal AND i.kind = 'members')
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
  return measured.map(([kind, removed, base]) => ({
    kind,
    removed,
    base,
    exceeds: exceeds(planning.settings.limits[kind], removed, base),
  }));
}

/** Of few people the percentage is taken as if they were `minimumBase`: half of three is two. */
function exceeds({ percent, count, minimumBase }: Limits[LimitedKind], removed: number, base: number): boolean {
  if (count > 0 && removed > count) return true;
  return percent > 0 && removed * 100 > Math.max(base, minimumBase) * percent;
}
