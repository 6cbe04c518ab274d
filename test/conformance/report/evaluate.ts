import { z } from 'zod';
import { type Area, type Item, idsIn } from './items.ts';

/** What is looked at of the report that jest writes with `--json`. */
const jestResults = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

export type JestResults = z.infer<typeof jestResults>;
export type Outcome = 'passing' | 'failing' | 'untested' | 'declined';

export interface Evaluation {
  readonly areas: readonly { readonly area: Area; readonly outcomes: ReadonlyMap<Item, Outcome> }[];
  /** Ids in titles of tests that the list does not have. */
  readonly unknown: readonly string[];
}

/** @throws ZodError for anything but jest's report */
export function parseResults(text: string): JestResults {
  return jestResults.parse(JSON.parse(text));
}

/**
 * What the tests over HTTP say of each item. An item passes when tests carry its id and all of them passed; tests that
 * were skipped say nothing. An item that is declined has no outcome of its own unless a test of it failed.
 */
export function evaluate(areas: readonly Area[], { testResults }: JestResults): Evaluation {
  const statuses = new Map<string, Set<string>>();
  for (const { name, assertionResults } of testResults) {
    if (!/[\\/]test[\\/](conformance|idp)[\\/]/.test(name)) continue;
    for (const { fullName, status } of assertionResults) {
      for (const id of idsIn(fullName, areas)) statuses.set(id, (statuses.get(id) ?? new Set()).add(status));
    }
  }
  const known = new Set(areas.flatMap(({ items }) => items.map(({ id }) => id)));
  return {
    areas: areas.map((area) => ({
      area,
      outcomes: new Map(area.items.map((item) => [item, outcomeOf(item, statuses.get(item.id))])),
    })),
    unknown: [...statuses.keys()].filter((id) => !known.has(id)).sort(),
  };
}

function outcomeOf({ declined }: Item, statuses: ReadonlySet<string> = new Set()): Outcome {
  if (statuses.has('failed')) return 'failing';
  if (declined !== undefined) return 'declined';
  return statuses.has('passed') ? 'passing' : 'untested';
}
