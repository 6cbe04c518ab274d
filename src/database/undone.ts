import type { Transaction } from './transaction.js';

/** Thrown to end work that is to leave nothing behind; carries what the work found out. */
class Undo<Result> extends Error {
  constructor(readonly result: Result) {
    super('what was done is undone');
  }
}

type Attempt = (work: (transaction: Transaction) => Promise<never>) => Promise<never>;

/**
 * Does work that is undone whatever it did.
 * @param attempt runs it in something that is rolled back when it throws: a transaction, or a savepoint of one
 * @returns what the work found out
 * @throws what the work throws
 */
export async function undone<Result>(
  attempt: Attempt,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  try {
    return await attempt(async (transaction) => {
      throw new Undo(await work(transaction));
    });
  } catch (error) {
    // Only the work above throws one, with its own result.
    if (error instanceof Undo) return (error as Undo<Result>).result;
    throw error;
  }
}
