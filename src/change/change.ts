import pLimit from 'p-limit';
import type { Database, Sql, Transaction } from '../database/index.js';
import {
  type Actor,
  type Command,
  type CommandBatch,
  type Effects,
  isOutdated,
  type LockingCommand,
  type ObjectType,
  type StandaloneCommand,
  translateViolation,
} from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { DEFAULT_SEAT_RULES, type SeatRules } from '../licensing/index.js';
import { appendAll, appendStatements } from '../log/index.js';
import { accessEvents } from '../webhooks/index.js';
import { type Confirmation, requireConfirmed } from './confirmation.js';
import { failureEntry, successEntry, warningEntry } from './entries.js';
import { explainConflict } from './explain-conflict.js';
import type { Outlook } from './outlook.js';
import { type CommandSource, MOST_ATTEMPTS, performLocked } from './perform.js';
import { type CommandOutcome, runAll, runEach } from './run-batch.js';
import { runSplit, type SplitOutcome } from './run-split.js';
import { simulate } from './simulate.js';
import { together } from './together.js';

/** What is asked for, as far as it is known before a command is made of it. */
export interface Request {
  readonly action: string;
  readonly objectType: ObjectType;
  readonly objectId?: string | undefined;
}

/** Many things to be done by one kind of command. */
export interface Split<Item, Result> {
  readonly items: readonly Item[];
  /** Makes a command over some of them. */
  readonly command: (items: readonly Item[]) => Command<Result>;
  /** How errors name an item: by the id of its object, a membership by memberName. */
  readonly nameOf: (item: Item) => string;
  /** What the log says was asked for. */
  readonly requestOf: (item: Item) => Request;
}

export interface Change {
  /**
   * Makes and runs a command in one transaction: locks in order, the command itself, seats for exactly the users it
   * touched, the log entry, what webhooks are to be told. Either all of it happened, or nothing but a log entry of
   * the failure.
   * @param confirmation where people may lose something that has to be confirmed; not for commands that stand alone,
   *   which take nothing from anybody
   * @throws ConfirmationNeeded; whatever the command throws; RollcallError `unavailable` when the database is away
   */
  run<Result>(
    actor: Actor,
    request: Request,
    source: CommandSource<Result>,
    confirmation?: Confirmation,
  ): Promise<Result>;
  /**
   * Runs commands that do not depend on each other in one statement: all of them, or nothing, and then not even an
   * entry of a failure.
   * @returns undefined where one of them was refused; they can be run one by one then, or by `runEach`
   * @throws RollcallError `unavailable`
   */
  runAll<Result>(actor: Actor, batch: CommandBatch<Result>): Promise<Result[] | undefined>;
  /**
   * Runs commands that do not depend on each other in few transactions, each command in a savepoint of its own, so that
   * one that is refused takes no other with it.
   * @throws RollcallError `unavailable`
   */
  runEach<Result>(actor: Actor, commands: readonly StandaloneCommand<Result>[]): Promise<CommandOutcome<Result>[]>;
  /**
   * What commands would do to people's access and to seats, one after the other. They are run as ever and undone, so
   * that nothing is kept or logged; other changes of access in the site wait meanwhile.
   * @throws what the change itself would throw
   */
  simulate(actor: Actor, sources: readonly CommandSource<unknown>[]): Promise<Outlook>;
  /**
   * Runs a command over many items in one transaction and, where it is refused because of some of them, over the others
   * in as few more as that takes. The refused ones have an entry in the log each.
   * @throws what `run` throws, but for refusals of what is asked for
   */
  runSplit<Item, Result>(actor: Actor, split: Split<Item, Result>): Promise<SplitOutcome<Item, Result>>;
  /** Notes a request that was refused before a command could be made of it. */
  refuse(actor: Actor, request: Request, error: unknown): Promise<void>;
}

/**
 * More large batches at once only wait for each other's pages of the index (measured with 1,000 users a batch on two
 * cores: 3,000 users a second with 4 at once, 1,800 with 16).
 */
const MOST_BATCHES = 3;

/** The one way to write: see design section 1. */
export function createChange(database: Database, rules: SeatRules = DEFAULT_SEAT_RULES): Change {
  const refuse = async (actor: Actor, request: Request, error: unknown, started = process.hrtime.bigint()) => {
    const entry = failureEntry(actor, { objectId: undefined, ...request }, error, started);
    await database.write(together(appendStatements(entry)));
  };
  const batches = pLimit(MOST_BATCHES);
  return {
    refuse,
    simulate: (actor, sources) => simulate(database, rules, actor, sources),
    runAll: (actor, batch) => batches(() => runAll(database, actor, batch)),
    async runEach(actor, commands) {
      const outcomes = await runEach(database, actor, commands);
      for (const [index, outcome] of outcomes.entries()) {
        const command = commands[index];
        // Nothing came of it, so that there is no object whose id the log could name.
        if (command !== undefined && 'error' in outcome) {
          await refuse(actor, { action: command.action, objectType: command.objectType }, outcome.error);
        }
      }
      return outcomes;
    },
    async runSplit(actor, { items, command, nameOf, requestOf }) {
      const started = process.hrtime.bigint();
      const outcome = await runSplit(items, nameOf, (some) =>
        attempt({ database, rules, actor, confirmation: undefined, started: process.hrtime.bigint() }, () =>
          command(some),
        ),
      );
      const entries = outcome.refused.map(({ item, error }) =>
        failureEntry(actor, { objectId: undefined, ...requestOf(item) }, error, started),
      );
      if (entries.length > 0) await database.write(together(appendAll(entries)));
      return outcome;
    },
    async run(actor, request, source, confirmation) {
      const started = process.hrtime.bigint();
      try {
        return await attempt({ database, rules, actor, confirmation, started }, source);
      } catch (error) {
        // While the database is away there is nowhere to write to; the answer says so and the client comes again.
        const away = error instanceof RollcallError && error.kind === 'unavailable';
        if (!away) await refuse(actor, request, error, started);
        throw error;
      }
    },
  };
}

/** One call of `run`. */
interface Run {
  readonly database: Database;
  readonly rules: SeatRules;
  readonly actor: Actor;
  readonly confirmation: Confirmation | undefined;
  readonly started: bigint;
}

async function attempt<Result>(run: Run, source: CommandSource<Result>): Promise<Result> {
  const { database } = run;
  for (let tried = 1; ; tried++) {
    const command = await source();
    let inTheWay: Sql | undefined;
    const note = (effects: Effects<unknown>) => {
      inTheWay = effects.inTheWay;
    };
    try {
      return 'standalone' in command
        ? await runStandalone(run, command, note)
        : await database.transaction((transaction) => runLocked(run, transaction, command, note));
    } catch (error) {
      if (!isOutdated(error)) throw await explainConflict(database, translateViolation(error), inTheWay);
      if (tried === MOST_ATTEMPTS) {
        const message = 'The object changes too often to be locked; try again.';
        throw new RollcallError('unavailable', 'change.busy', message, {}, { cause: error });
      }
    }
  }
}

async function runStandalone<Result>(
  { database, actor, started }: Run,
  command: StandaloneCommand<Result>,
  note: (effects: Effects<unknown>) => void,
): Promise<Result> {
  const effects = command.standalone();
  note(effects);
  const entry = successEntry(actor, command, effects, [], started);
  await database.write(together([...effects.writes, ...receiptOf(actor), ...appendStatements(entry)]));
  return effects.result;
}

async function runLocked<Result>(
  { rules, actor, confirmation, started }: Run,
  transaction: Transaction,
  command: LockingCommand<Result>,
  note: (effects: Effects<unknown>) => void,
): Promise<Result> {
  const performed = await performLocked(transaction, rules, actor, command, note);
  if (confirmation !== undefined) await requireConfirmed(transaction, actor, command.action, performed, confirmation);
  const { effects, outcomes, warnings, writes } = performed;
  const entries = outcomes.map((one) => successEntry(actor, one.described, one.effects, one.access, started));
  const caused = outcomes.flatMap(({ described: { action }, access }) => access.map((one) => ({ ...one, action })));
  const events = await accessEvents(transaction, actor.siteId, caused);
  const warned = warnings.flatMap((warning) => appendStatements(warningEntry(actor, warning, started)));
  const [entry, ...others] = entries;
  const noted = entry !== undefined && others.length === 0 ? appendStatements(entry) : appendAll(entries);
  const last = [...writes, ...events, ...receiptOf(actor), ...warned, ...noted];
  if (last.length > 0) transaction.runAtCommit(together(last));
  return effects.result;
}

function receiptOf({ receipt }: Actor): Sql[] {
  return receipt === undefined ? [] : [receipt];
}
