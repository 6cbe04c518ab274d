import { type Database, type Sql, sql } from '../../database/index.js';

export type ItemState = 'planned' | 'held' | 'applied' | 'outdated' | 'failed' | 'no-licence' | 'skipped' | 'dropped';

/** An item of a plan that is to be applied. `sequence` names it. */
export interface PlanItem {
  readonly sequence: number;
  readonly action: string;
  readonly googleId: string;
  readonly objectId: string;
  readonly objectName: string;
  readonly reason: string;
}

/** Whose plan is applied. */
export interface Applying {
  readonly siteId: number;
  readonly connectionId: string;
  readonly runId: string;
}

/** The columns of `google_plan_items i` that every item has. */
export const itemColumns = sql`i.sequence, i.action, i.google_id AS "googleId", i.object_id AS "objectId",
  coalesce(i.object_name, '') AS "objectName", i.reason`;

/** The next planned items of a phase, `i`, in their order. */
export function plannedItems({ siteId, runId }: Applying, phase: number): Sql {
  return sql`i.site_id = ${siteId} AND i.run_id = ${runId} AND i.state = 'planned' AND i.phase = ${phase}`;
}

/** Says what became of items; a statement, so that it can be part of the change itself. */
export function markItems(
  { siteId, runId }: Applying,
  sequences: readonly number[],
  state: ItemState,
  error?: { readonly code: string; readonly text: string },
): Sql[] {
  if (sequences.length === 0) return [];
  return [
    sql`
      UPDATE google_plan_items SET state = ${state}, error_code = ${error?.code ?? null}, error_text = ${error?.text ?? null}
      WHERE site_id = ${siteId} AND run_id = ${runId} AND sequence = ANY (${[...sequences]}::bigint[])`,
  ];
}

export async function countPlanned(database: Database, { siteId, runId }: Applying): Promise<number> {
  const [row] = await database.write<{ count: number }>(sql`
    SELECT count(*)::integer AS count FROM google_plan_items
    WHERE site_id = ${siteId} AND run_id = ${runId} AND state = 'planned'`);
  return row?.count ?? 0;
}
