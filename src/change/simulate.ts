import { type Database, planForValues, type Transaction, undone } from '../database/index.js';
import { type Actor, LocksOutdated, takeStructureLock, translateViolation } from '../directory/index.js';
import type { SeatRules } from '../licensing/index.js';
import { accessOutlook, type Outlook, poolOutlook, snapshot } from './outlook.js';
import { type CommandSource, MOST_ATTEMPTS, performLocked } from './perform.js';
import { savepointOf } from './savepoint.js';
import { together } from './together.js';

/** See Change.simulate. */
export async function simulate(
  database: Database,
  rules: SeatRules,
  actor: Actor,
  sources: readonly CommandSource<unknown>[],
): Promise<Outlook> {
  const outlook = undone(database.transaction, async (transaction) => {
    // Exclusive from the start: with it no two of the commands' locks can be taken in a wrong order.
    await transaction.runTogether([planForValues(), takeStructureLock(actor.siteId)]);
    const after = await undone(savepointOf(transaction), async () => {
      const users = new Set<string>();
      for (const source of sources) for (const id of await tried(transaction, rules, actor, source)) users.add(id);
      return snapshot(transaction, actor.siteId, [...users]);
    });
    const before = await snapshot(transaction, actor.siteId, after.userIds);
    return { access: accessOutlook(before.standings, after.standings), pools: poolOutlook(before, after) };
  });
  return outlook.catch((error: unknown) => {
    throw translateViolation(error);
  });
}

/**
 * Runs a command, and has it made again where it finds that it needs other locks.
 * @returns whose access may differ
 */
async function tried(
  transaction: Transaction,
  rules: SeatRules,
  actor: Actor,
  source: CommandSource<unknown>,
): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt++) {
    const command = await source();
    if ('standalone' in command) {
      await transaction.run(together(command.standalone().writes));
      return [];
    }
    try {
      const { effects, access, writes } = await performLocked(transaction, rules, actor, command, () => undefined);
      if (writes.length > 0) await transaction.run(together(writes));
      return [...effects.affectedUserIds, ...access.map(({ userId }) => userId)];
    } catch (error) {
      if (!(error instanceof LocksOutdated) || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}
