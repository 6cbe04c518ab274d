import type { ImportOutcome } from './imported.js';

type Kind = 'created' | 'updated' | 'unchanged' | 'outdated' | 'refused';

/** Sorts objects by what became of them. */
export function outcomeOf(
  objects: readonly { readonly id: string }[],
  decisions: readonly { readonly kind: Kind }[],
): ImportOutcome {
  const ids = (...kinds: readonly Kind[]) =>
    objects.filter((_object, index) => kinds.includes(decisions[index]?.kind ?? 'outdated')).map(({ id }) => id);
  return {
    changed: ids('created', 'updated'),
    unchanged: ids('unchanged'),
    outdated: ids('outdated'),
    refused: ids('refused'),
  };
}

/** One change says one thing of an object. @throws Error that names one which is there twice */
export function requireDistinct(objects: readonly { readonly id: string }[]): void {
  const seen = new Set<string>();
  for (const { id } of objects) {
    if (seen.has(id)) throw new Error(`The import names ${id} twice`);
    seen.add(id);
  }
}
