import type { Transaction } from '../database/index.js';

/** For `undone`, inside a transaction. */
export function savepointOf(transaction: Transaction) {
  return <Result>(work: (within: Transaction) => Promise<Result>) => transaction.savepoint(() => work(transaction));
}
