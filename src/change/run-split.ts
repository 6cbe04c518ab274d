import { refusesData } from '../database/index.js';
import { RollcallError } from '../errors/index.js';
import { RefusedSeats } from './refused-seats.js';

/** What became of many items: the results of those commands that came through, and the items that cannot be. */
export interface SplitOutcome<Item, Result> {
  readonly results: readonly Result[];
  readonly refused: readonly RefusedItem<Item>[];
}

export interface RefusedItem<Item> {
  readonly item: Item;
  readonly error: unknown;
}

/**
 * Runs a command over all items. Where it is refused because of some of them, they are left out; those who are to
 * blame are taken from the error or, where it does not name them, found by halving. Costs nothing while nothing is
 * refused.
 * @param nameOf how errors name an item: by the id of its object, a membership by memberName
 * @throws what `run` throws but for refusals of what is asked for
 */
export async function runSplit<Item, Result>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  run: (items: readonly Item[]) => Promise<Result>,
): Promise<SplitOutcome<Item, Result>> {
  const results: Result[] = [];
  const refused: RefusedItem<Item>[] = [];
  const split = async (some: readonly Item[]): Promise<void> => {
    if (some.length === 0) return;
    let error: unknown;
    try {
      results.push(await run(some));
      return;
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      error = thrown;
    }
    if (some.length === 1) {
      refused.push(...some.map((item) => ({ item, error })));
      return;
    }
    const { certain, suspected } = blamedBy(error);
    const guilty = some.filter((item) => certain.has(nameOf(item)));
    const others = some.filter((item) => !certain.has(nameOf(item)));
    const suspects = others.filter((item) => suspected.has(nameOf(item)));
    refused.push(...guilty.map((item) => ({ item, error })));
    if (guilty.length === 0 && (suspects.length === 0 || suspects.length === some.length)) {
      const middle = Math.ceil(some.length / 2);
      await split(some.slice(0, middle));
      await split(some.slice(middle));
      return;
    }
    await split(others.filter((item) => !suspected.has(nameOf(item))));
    await split(suspects);
  };
  await split(items);
  return { results, refused };
}

/** An error about what is asked for: without it, or some of it, the rest may come through. */
function isRefusal(error: unknown): boolean {
  if (error instanceof RollcallError) return error.kind !== 'unavailable' && error.kind !== 'misconfigured';
  return refusesData(error);
}

function blamedBy(error: unknown): { certain: ReadonlySet<string>; suspected: ReadonlySet<string> } {
  if (error instanceof RefusedSeats) {
    const certain = error.blamed.filter((names) => names.length === 1).flat();
    const suspected = error.blamed.filter((names) => names.length > 1).flat();
    return { certain: new Set(certain), suspected: new Set(suspected) };
  }
  const objects = error instanceof RollcallError ? error.details.objects : undefined;
  return { certain: new Set(Array.isArray(objects) ? objects : []), suspected: new Set() };
}
