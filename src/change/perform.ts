import type { Sql, Transaction } from '../database/index.js';
import type { Actor, Command, Effects, LockingCommand } from '../directory/index.js';
import { type AccessChange, type LicenceWarning, type SeatRules, type Settlement, settle } from '../licensing/index.js';
import { takeLocks } from './locks.js';
import { noteRemoval } from './note-removal.js';
import { together } from './together.js';

/** Makes the command; asked again when the command finds that it needs other locks than it took. */
export type CommandSource<Result> = () => Promise<Command<Result>> | Command<Result>;

/** How often a command may find its locks outdated before the object is called busy. */
export const MOST_ATTEMPTS = 5;

/** A command that was run, and what is still to be written of it. */
export interface Performed<Result> {
  readonly effects: Effects<Result>;
  /** Whose access differs. */
  readonly access: readonly AccessChange[];
  /** Licences that are nearly or wholly used up since this change. */
  readonly warnings: readonly LicenceWarning[];
  /** Independent of each other. */
  readonly writes: readonly Sql[];
}

/**
 * Takes a command's locks, runs it, settles seats for exactly the users it touched, and counts what it takes away.
 * @param note sees the effects before seats are settled, which may be refused
 */
export async function performLocked<Result>(
  transaction: Transaction,
  rules: SeatRules,
  actor: Actor,
  command: LockingCommand<Result>,
  note: (effects: Effects<Result>) => void,
): Promise<Performed<Result>> {
  const held = await takeLocks(transaction, actor.siteId, command);
  const effects = await command.run(transaction, held);
  note(effects);
  const { affectedUserIds, affectedApplicationIds = [], afterSettlement = [] } = effects;
  const settles = affectedUserIds.length + affectedApplicationIds.length > 0;
  const { access, warnings, writes } = settles
    ? await settleAffected(transaction, rules, actor, effects)
    : { access: [], warnings: [], writes: effects.writes };
  const noted = await noteRemoval(transaction, actor, effects, access);
  return { effects, access, warnings, writes: [...writes, ...noted, ...afterSettlement] };
}

/** Seats are worked out from the new state, so the command's own writes go first. */
function settleAffected(
  transaction: Transaction,
  rules: SeatRules,
  { siteId }: Actor,
  {
    writes,
    affectedUserIds: userIds,
    affectedApplicationIds: applicationIds = [],
    withinApplicationId,
    asksForSeat = false,
  }: Effects<unknown>,
): Promise<Settlement> {
  const before = writes.length > 0 ? [together(writes)] : [];
  const within = withinApplicationId === undefined ? undefined : [withinApplicationId];
  return settle(transaction, { siteId, userIds, applicationIds, within, asksForSeat, rules }, before);
}
