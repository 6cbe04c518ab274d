import type { Database, Sql } from '../../database/index.js';
import type { ImportOutcome, LockingCommand } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { type Applying, markItems, type PlanItem } from './plan-item.js';

/** The command with what is noted about its outcome, in its own transaction: a killed process has both or neither. */
export function noting<Outcome>(
  command: LockingCommand<Outcome>,
  notes: (outcome: Outcome) => readonly Sql[],
): LockingCommand<Outcome> {
  return {
    ...command,
    async run(transaction, held) {
      const effects = await command.run(transaction, held);
      return { ...effects, writes: [...effects.writes, ...notes(effects.result)] };
    },
  };
}

/** What became of each item, by the id of its object. */
export function markOutcome(applying: Applying, items: readonly PlanItem[], outcome: ImportOutcome): Sql[] {
  const byId = new Map(items.map((item) => [item.objectId, item.sequence]));
  const sequences = (ids: readonly string[]) => ids.flatMap((id) => byId.get(id) ?? []);
  return [
    ...markItems(applying, sequences([...outcome.changed, ...outcome.unchanged]), 'applied'),
    ...markItems(applying, sequences(outcome.outdated), 'outdated', OUTDATED),
    ...markItems(applying, sequences(outcome.refused), 'failed', PROTECTED),
  ];
}

const OUTDATED = { code: 'google.outdated', text: 'It changed since it was planned; the next run looks at it anew.' };
const PROTECTED = { code: 'ownership.protected-group', text: 'The group is protected: only administrators change it.' };

/** Says in the report what an item was refused for. */
export async function markRefused(
  database: Database,
  applying: Applying,
  sequence: number,
  error: unknown,
): Promise<void> {
  const { state, ...why } = refusal(error);
  for (const mark of markItems(applying, [sequence], state, why)) await database.write(mark);
}

/**
 * Brings back what the sync itself had deleted, one by one. @returns the items that can go on
 */
export async function restoreFirst<Item extends PlanItem>(
  database: Database,
  applying: Applying,
  items: readonly Item[],
  restore: (item: Item) => Promise<unknown>,
): Promise<Item[]> {
  const going: Item[] = [];
  for (const item of items) {
    try {
      if (item.action === 'restore') await restore(item);
      going.push(item);
    } catch (error) {
      await markRefused(database, applying, item.sequence, error);
    }
  }
  return going;
}

/** What stands in the report about an item that was refused. */
export function refusal(error: unknown): {
  readonly state: 'no-licence' | 'failed';
  readonly code: string;
  readonly text: string;
} {
  if (!(error instanceof RollcallError)) {
    const text = error instanceof Error ? error.message : String(error);
    return { state: 'failed', code: 'internal', text: text.slice(0, 500) };
  }
  return { state: error.code.startsWith('licence.') ? 'no-licence' : 'failed', code: error.code, text: error.message };
}
