import type { Database, Sql, Transaction } from '../database/index.js';
import {
  type Actor,
  type CommandBatch,
  type Effects,
  type StandaloneCommand,
  translateViolation,
} from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { appendAll, appendStatements } from '../log/index.js';
import { successEntry } from './entries.js';
import { explainConflict } from './explain-conflict.js';
import { together } from './together.js';

/** What became of one command among others. */
export type CommandOutcome<Result> = { readonly result: Result } | { readonly error: unknown };

/** See Change.runAll. */
export async function runAll<Result>(
  database: Database,
  actor: Actor,
  batch: CommandBatch<Result>,
): Promise<Result[] | undefined> {
  const started = process.hrtime.bigint();
  const effects = batch.commands.map((command) => command.standalone());
  const entries = batch.commands.map((command, index) =>
    // Each command has effects.
    successEntry(actor, command, effects[index] as Effects<Result>, [], started),
  );
  try {
    await database.write(together([...batch.writesOf(effects), ...appendAll(entries)]));
  } catch (error) {
    // Somebody has a name or a value, or is about to: which one, is found out one by one.
    if (translateViolation(error) !== error || isBusy(error)) return undefined;
    throw error;
  }
  return effects.map((effect) => effect.result);
}

/** As many as a transaction may hold: what it has written stays locked until it ends. */
const MOST_SAVEPOINTS = 50;

/** See Change.runEach, which notes the failures. */
export async function runEach<Result>(
  database: Database,
  actor: Actor,
  commands: readonly StandaloneCommand<Result>[],
): Promise<CommandOutcome<Result>[]> {
  const outcomes: CommandOutcome<Result>[] = [];
  for (let start = 0; start < commands.length; start += MOST_SAVEPOINTS) {
    const part = commands.slice(start, start + MOST_SAVEPOINTS);
    const done = await database.transaction((transaction) => runInSavepoints(transaction, actor, part));
    for (const { outcome, inTheWay } of done) {
      outcomes.push('error' in outcome ? { error: await explainConflict(database, outcome.error, inTheWay) } : outcome);
    }
  }
  return outcomes;
}

async function runInSavepoints<Result>(
  transaction: Transaction,
  actor: Actor,
  commands: readonly StandaloneCommand<Result>[],
): Promise<{ outcome: CommandOutcome<Result>; inTheWay: Sql | undefined }[]> {
  const done: { outcome: CommandOutcome<Result>; inTheWay: Sql | undefined }[] = [];
  for (const command of commands) {
    const started = process.hrtime.bigint();
    const effects = command.standalone();
    const write = () => {
      const entry = successEntry(actor, command, effects, [], started);
      return transaction.run(together([...effects.writes, ...appendStatements(entry)]));
    };
    try {
      await transaction.savepoint(write);
      done.push({ outcome: { result: effects.result }, inTheWay: undefined });
    } catch (error) {
      const refused = translateViolation(error);
      if (refused === error) throw error;
      done.push({ outcome: { error: refused }, inTheWay: effects.inTheWay });
    }
  }
  return done;
}

/** Two batches waited for each other's names. */
function isBusy(error: unknown): boolean {
  return error instanceof RollcallError && error.code === 'database.busy';
}
