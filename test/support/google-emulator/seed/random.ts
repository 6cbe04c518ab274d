/** A small generator of random numbers (mulberry32): the same seed gives the same directory everywhere. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** That many decimal digits. */
  digits(count: number): string;
  /** That many characters of [a-z0-9]. */
  letters(count: number): string;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  // Put together in one step: text that grows piece by piece keeps every step in memory.
  const text = (count: number, radix: number, most: number): string => {
    const pieces: string[] = [];
    for (let left = count; left > 0; left -= most) {
      const length = Math.min(left, most);
      pieces.push(
        below(radix ** length)
          .toString(radix)
          .padStart(length, '0'),
      );
    }
    return pieces.join('');
  };
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    digits: (count) => text(count, 10, 7),
    letters: (count) => text(count, 36, 5),
  };
}
