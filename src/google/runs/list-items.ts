import { type Database, join, type Sql, sql } from '../../database/index.js';
import type { ItemState } from '../apply/index.js';
import type { RunKey } from './run-store.js';

/** What a plan does about one object, and what became of it. */
export interface RunItem {
  /** Names it within its run, in the order of the plan. */
  readonly sequence: number;
  readonly kind: 'user' | 'group' | 'members';
  readonly action: string;
  readonly googleId: string | null;
  readonly objectId: string | null;
  readonly objectName: string | null;
  readonly reason: string;
  /** Takes something away: counts towards the limits. */
  readonly removal: boolean;
  readonly state: ItemState;
  /** Of an item about members: how many come or go. */
  readonly members: number | null;
  /** Those who could not be taken over, the first hundred of them, with the reason. */
  readonly refused: readonly { readonly id: string; readonly why: string }[];
  readonly error: { readonly code: string; readonly text: string } | null;
}

export interface ItemFilter {
  readonly state?: ItemState | undefined;
  readonly kind?: RunItem['kind'] | undefined;
  readonly action?: string | undefined;
  /** Continue behind this one. */
  readonly after?: number | undefined;
  readonly limit: number;
}

/** The items of a run, in the order of the plan. */
export function listRunItems(
  database: Database,
  { siteId, id }: Pick<RunKey, 'siteId' | 'id'>,
  { state, kind, action, after, limit }: ItemFilter,
): Promise<RunItem[]> {
  const conditions: Sql[] = [
    sql`i.site_id = ${siteId} AND i.run_id = ${id}`,
    ...(state === undefined ? [] : [sql`i.state = ${state}`]),
    ...(kind === undefined ? [] : [sql`i.kind = ${kind}`]),
    ...(action === undefined ? [] : [sql`i.action = ${action}`]),
    ...(after === undefined ? [] : [sql`i.sequence > ${after}::bigint`]),
  ];
  return database.write<RunItem>(sql`
    SELECT i.sequence, i.kind, i.action, i.google_id AS "googleId", i.object_id AS "objectId",
      i.object_name AS "objectName", i.reason, i.removal, i.state,
      CASE WHEN i.kind = 'members' AND i.data ? 'users'
        THEN jsonb_array_length(i.data->'users') + jsonb_array_length(i.data->'groups') END AS members,
      coalesce(i.data->'members', '[]') AS refused,
      CASE WHEN i.error_code IS NOT NULL THEN jsonb_build_object('code', i.error_code, 'text', i.error_text) END AS error
    FROM google_plan_items i WHERE ${join(conditions, ' AND ')} ORDER BY i.sequence LIMIT ${limit}`);
}
