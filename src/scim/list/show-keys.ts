import type { ShownText } from './list-source.js';
import type { ListPlan } from './plan-list.js';
import type { ListKey } from './select-keys.js';

/** A resource of a page and where it stands; without a text it is gone since its key was read. */
export interface PageItem extends ListKey {
  readonly text: ShownText | undefined;
}

/** Loads what was found by its keys, each type at once, in the order of the keys. */
export async function showKeys(plan: ListPlan, keys: readonly ListKey[]): Promise<PageItem[]> {
  const texts = await Promise.all(
    plan.parts.map(async ({ source, projection }, index) => {
      const ids = keys.filter(({ part }) => part === index).map(({ id }) => id);
      const shown = ids.length === 0 ? [] : await source.show({ kind: 'named', ids }, projection, plan.context);
      return new Map(shown.map(({ id, text }) => [id, text]));
    }),
  );
  return keys.map((key) => ({ ...key, text: texts[key.part]?.get(key.id) }));
}
