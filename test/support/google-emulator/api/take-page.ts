/** A page of what is accepted among sorted items, from a position on. `more` says whether others follow. */
export function takePage<Item>(
  items: readonly Item[],
  start: number,
  size: number,
  accepts: (item: Item) => boolean = () => true,
): { readonly items: Item[]; readonly more: boolean } {
  const page: Item[] = [];
  for (let position = start; position < items.length; position += 1) {
    const item = items[position] as Item;
    if (!accepts(item)) continue;
    if (page.length === size) return { items: page, more: true };
    page.push(item);
  }
  return { items: page, more: false };
}

/** Items in the order of a key, and the position of the first one behind `after`. */
export function sortedBy<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  descending: boolean,
  after: string | undefined,
): { readonly items: Item[]; readonly start: number } {
  const sorted = [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  if (descending) sorted.reverse();
  if (after === undefined) return { items: sorted, start: 0 };
  const start = sorted.findIndex((item) => (descending ? key(item) < after : key(item) > after));
  return { items: sorted, start: start < 0 ? sorted.length : start };
}
