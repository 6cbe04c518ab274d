import type { Sql, Transaction } from '../database/index.js';
import type { AttributeChange, LockingCommand } from '../directory/index.js';

/** What a command found and changes; nothing where `changed` is empty. */
export interface ConnectionEffects<Result> {
  /** Of the connection, which the log names. */
  readonly id: string;
  readonly name: string;
  readonly result: Result;
  readonly changed: readonly AttributeChange[];
  readonly writes: readonly Sql[];
}

/** A command about one connection, which touches nobody's access. @param work finds it, and holds its row */
export function connectionCommand<Result>(
  action: string,
  work: (transaction: Transaction) => Promise<ConnectionEffects<Result>>,
): LockingCommand<Result> {
  return {
    action,
    objectType: 'Connection',
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const { id, name, result, changed, writes } = await work(transaction);
      return {
        result,
        objectId: id,
        objectName: name,
        changed,
        subjects: [],
        affectedUserIds: [],
        writes,
        unchanged: changed.length === 0,
      };
    },
  };
}
