/** Items in the order of a unique key. Adding one among 100,000 moves pointers only, so a page never sorts. */
export class SortedIndex<Item> {
  #items: Item[] = [];
  readonly #key: (item: Item) => string;

  constructor(key: (item: Item) => string) {
    this.#key = key;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Takes the place of all there is; the array is kept. */
  load(items: Item[], sorted = false): void {
    const key = this.#key;
    this.#items = sorted ? items : items.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  get(key: string): Item | undefined {
    const item = this.#items[this.#position(key)];
    return item !== undefined && this.#key(item) === key ? item : undefined;
  }

  add(item: Item): void {
    this.#items.splice(this.#position(this.#key(item)), 0, item);
  }

  /** Puts an item where one of the same key was. */
  replace(item: Item): void {
    this.#items[this.#position(this.#key(item))] = item;
  }

  delete(key: string): boolean {
    if (this.get(key) === undefined) return false;
    this.#items.splice(this.#position(key), 1);
    return true;
  }

  /** The position of the first item behind a key; 0 without one. */
  after(key: string | undefined): number {
    if (key === undefined) return 0;
    const position = this.#position(key);
    const item = this.#items[position];
    return item !== undefined && this.#key(item) === key ? position + 1 : position;
  }

  #position(key: string): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      // Always inside the array, since low < high <= length.
      if (this.#key(this.#items[middle] as Item) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
