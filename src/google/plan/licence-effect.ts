import { type Sql, sql, type Transaction } from '../../database/index.js';
import { forecastSeats, type SeatForecast, type SeatRules } from '../../licensing/index.js';
import { ofRun, type Planning } from './planning.js';

/** What the items of the plan mean for seats; `removalsOnly`: those that take away, for the limit. */
export function licenceEffect(
  transaction: Transaction,
  planning: Planning,
  rules: SeatRules,
  removalsOnly = false,
): Promise<SeatForecast[]> {
  const { siteId } = planning;
  const items = (kind: string, condition: Sql) => sql`
    FROM google_plan_items i WHERE ${ofRun(planning, sql`i`)} AND i.kind = ${kind} AND i.state NOT IN ('skipped', 'dropped')
      AND (${!removalsOnly} OR i.removal) AND ${condition}`;
  const pairs = (action: string, list: string, member: Sql) => sql`
    SELECT i.object_id AS group_id, member.value::uuid AS ${member}
    FROM google_plan_items i CROSS JOIN jsonb_array_elements_text(i.data->${list}) AS member (value)
    WHERE ${ofRun(planning, sql`i`)} AND i.kind = 'members' AND i.action = ${action}
      AND i.state <> 'dropped' AND (${!removalsOnly} OR i.removal)`;
  return forecastSeats(transaction, siteId, rules, {
    people: sql`
      SELECT i.object_id AS user_id, bool_and(i.action <> 'delete' AND coalesce((i.data->>'active')::boolean, true)) AS active
      ${items('user', sql`(i.action = 'delete' OR i.data ? 'active')`)} GROUP BY i.object_id`,
    joins: pairs('add', 'users', sql`user_id`),
    leaves: pairs('remove', 'users', sql`user_id`),
    nests: pairs('add', 'groups', sql`child_group_id`),
    unnests: pairs('remove', 'groups', sql`child_group_id`),
    lostGroups: sql`SELECT i.object_id AS group_id ${items('group', sql`i.action = 'delete'`)}`,
  });
}
