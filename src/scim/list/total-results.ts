import type { Database } from '../../database/index.js';
import type { ListPart, ListPlan } from './plan-list.js';
import { countMatching } from './select-keys.js';

/** How many resources of a type match, exactly. Without a condition that is known without a look at them. */
export function countPart(database: Database, plan: ListPlan, part: ListPart): Promise<number> {
  return part.condition === undefined ? part.source.countAll(plan.reader) : countMatching(database, part);
}

export async function countPlan(database: Database, plan: ListPlan): Promise<number> {
  const totals = await Promise.all(plan.parts.map((part) => countPart(database, plan, part)));
  return totals.reduce((sum, total) => sum + total, 0);
}
