import { createHash } from 'node:crypto';
import { type Transaction, undone } from '../database/index.js';
import type { Actor } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { readStandings } from '../licensing/index.js';
import { type AccessOutlook, accessOutlook } from './outlook.js';
import type { Performed } from './perform.js';
import { savepointOf } from './savepoint.js';
import { together } from './together.js';

/** What was confirmed of a change that takes something from people. */
export interface Confirmation {
  /** Of the refusal where it is not confirmed, such as `group.gives-access`. */
  readonly code: string;
  /** How a sentence about it begins: `Deleting the group`. */
  readonly doing: string;
  /** The hash of the outcome that was shown, or `any` where whatever is lost is taken. */
  readonly given: string | undefined;
}

/** A change that takes access from people and was not confirmed, or not for what it comes to now. */
export class ConfirmationNeeded extends RollcallError {
  constructor(
    code: string,
    message: string,
    /** Everybody who would lose something, in the order of applications and names. */
    readonly losses: readonly AccessOutlook[],
    /** What confirms exactly this outcome. */
    readonly confirmation: string,
    named: readonly string[],
  ) {
    super('conflict', code, message, { people: losses.length, named });
  }
}

/** Names that a message can still be read with. */
const NAMED = 5;

/**
 * Sees to it that what a change takes from people is what somebody has confirmed. It looks at the change itself, which
 * has run under its locks and is not committed: nobody comes in between.
 * @throws ConfirmationNeeded, and then nothing of the change has happened
 */
export async function requireConfirmed(
  transaction: Transaction,
  { siteId }: Actor,
  action: string,
  { effects, writes }: Performed<unknown>,
  { code, doing, given }: Confirmation,
): Promise<void> {
  if (given === 'any') return;
  const { objectId, objectName, affectedUserIds } = effects;
  // What is written at the end has not been: until then people stand as before.
  const before = await readStandings(transaction, siteId, affectedUserIds);
  const after = await undone(savepointOf(transaction), async () => {
    if (writes.length > 0) await transaction.run(together(writes));
    return readStandings(transaction, siteId, affectedUserIds);
  });
  const losses = accessOutlook(before, after).filter(({ effect }) => effect !== 'gains');
  if (losses.length === 0) return;
  const outcome = [
    [siteId, action, objectId],
    ...losses.map((loss) => [loss.userId, loss.application, loss.before, loss.after]),
  ];
  const confirmation = createHash('sha256').update(JSON.stringify(outcome)).digest('base64url');
  if (given === confirmation) return;
  const named = losses.slice(0, NAMED).map(lossText);
  const rest = losses.length > NAMED ? ` and ${losses.length - NAMED} more` : '';
  const stale = given === undefined ? '' : ' That is not what was confirmed.';
  const message = `${doing} "${objectName}" takes access away (${named.join('; ')}${rest}): confirm it.${stale}`;
  throw new ConfirmationNeeded(code, message, losses, confirmation, named);
}

/** `ann wiki: admin -> nothing` */
function lossText({ userName, application, before, after }: AccessOutlook): string {
  return `${userName} ${application}: ${before.role ?? 'a place in the queue'} -> ${after.role ?? 'nothing'}`;
}
