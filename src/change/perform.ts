import type { Sql, Transaction } from '../database/index.js';
import type { Actor, Command, Effects, LockingCommand, MovedMembers } from '../directory/index.js';
import {
  type AccessChange,
  givingAmong,
  type LicenceWarning,
  OutOfSeats,
  type SeatRules,
  type Settlement,
  settle,
} from '../licensing/index.js';
import { takeLocks } from './locks.js';
import { noteRemoval } from './note-removal.js';
import { type ObjectOutcome, outcomesOf } from './objects.js';
import { RefusedSeats } from './refused-seats.js';
import { together } from './together.js';

/** Makes the command; asked again when the command finds that it needs other locks than it took. */
export type CommandSource<Result> = () => Promise<Command<Result>> | Command<Result>;

/** How often a command may find its locks outdated before the object is called busy. */
export const MOST_ATTEMPTS = 5;

/** A command that was run, and what is still to be written of it. */
export interface Performed<Result> {
  readonly effects: Effects<Result>;
  /** Whose access differs, and the same by object: each becomes an entry of the log. */
  readonly access: readonly AccessChange[];
  readonly outcomes: readonly ObjectOutcome[];
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
  const { access, warnings, writes } = await settleAffected(transaction, rules, actor, effects);
  const outcomes = await outcomesOf(transaction, command, effects, access);
  const noted = await noteRemoval(transaction, actor, outcomes);
  const { afterSettlement = [] } = effects;
  return { effects, access, outcomes, warnings, writes: [...writes, ...noted, ...afterSettlement] };
}

/** Seats are worked out from the new state, so the command's own writes go first. */
async function settleAffected(
  transaction: Transaction,
  rules: SeatRules,
  { siteId }: Actor,
  {
    writes,
    affectedUserIds,
    movedMembers = [],
    affectedApplicationIds: applicationIds = [],
    withinApplicationId,
    asksForSeat = false,
    seatsInOrder = false,
  }: Effects<unknown>,
): Promise<Settlement> {
  const moved = await movedIntoAccess(transaction, siteId, movedMembers);
  const movedIds = moved.flatMap((one) => one.userIds);
  const userIds = movedIds.length === 0 ? affectedUserIds : [...new Set([...affectedUserIds, ...movedIds])];
  if (userIds.length + applicationIds.length === 0) return { access: [], warnings: [], writes };
  const before = writes.length > 0 ? [together(writes)] : [];
  const within = withinApplicationId === undefined ? undefined : [withinApplicationId];
  const affected = { siteId, userIds, applicationIds, within, asksForSeat, seatsInOrder, rules };
  try {
    return await settle(transaction, affected, before);
  } catch (error) {
    throw error instanceof OutOfSeats ? new RefusedSeats(error, affectedUserIds, moved) : error;
  }
}

/** Of the groups that people came into or left, those that give something. */
async function movedIntoAccess(
  transaction: Transaction,
  siteId: number,
  moved: readonly MovedMembers[],
): Promise<readonly MovedMembers[]> {
  if (moved.length === 0) return [];
  const groupIds = moved.map(({ groupId }) => groupId);
  const giving = new Set(await givingAmong(transaction, siteId, groupIds));
  return moved.filter(({ groupId }) => giving.has(groupId));
}
