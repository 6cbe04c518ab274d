import { type Sql, sql, type Transaction } from '../database/index.js';
import {
  type Actor,
  type AttributeChange,
  type LockingCommand,
  type UserEdit,
  type UserRecord,
  updateUser,
} from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import type { InvitationState } from './invitation.js';

/** An invitation whose user is locked, which is how all who change it wait for each other. */
export interface HeldInvitation {
  readonly address: string;
  readonly state: InvitationState;
  readonly tokenKey: string | null;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

/** What becomes of the user's document. Parsing it is the affair of whoever knows the schemas. */
export type EditUser = (current: UserRecord, invitation: HeldInvitation) => UserEdit;

export interface Decided<Result> {
  /** @param user as it is now */
  readonly result: (user: UserRecord) => Result;
  readonly changed: readonly AttributeChange[];
  readonly writes: readonly Sql[];
}

/**
 * A command about an invitation that changes its user as well.
 * @param decide sees the invitation first; may throw, and then nothing has happened
 * @throws RollcallError `user.not-found`, `invitation.not-found`; what updateUser throws
 */
export function onInvitation<Result>(
  actor: Actor,
  userId: string,
  action: string,
  edit: EditUser,
  decide: (invitation: HeldInvitation, transaction: Transaction) => Promise<Decided<Result>>,
): LockingCommand<Result> {
  let invitation: HeldInvitation | undefined;
  const update = updateUser(actor, userId, (current) => {
    if (invitation === undefined) throw new Error('the invitation is read before its user');
    return edit(current, invitation);
  });
  return {
    ...update,
    action,
    async run(transaction, held) {
      invitation = await heldInvitation(transaction, actor.siteId, userId);
      const { result, changed, writes } = await decide(invitation, transaction);
      const effects = await update.run(transaction, held);
      return {
        ...effects,
        result: result(effects.result.record),
        changed: [...effects.changed, ...changed],
        unchanged: false,
        writes: [...effects.writes, ...writes],
      };
    },
  };
}

/** @throws RollcallError `invitation.not-found` */
export async function heldInvitation(
  transaction: Transaction,
  siteId: number,
  userId: string,
): Promise<HeldInvitation> {
  const [invitation] = await transaction.run<HeldInvitation>(sql`
    SELECT address, state, token_key AS "tokenKey", issued_at AS "issuedAt", expires_at AS "expiresAt"
    FROM invitations WHERE site_id = ${siteId} AND user_id = ${userId}`);
  if (invitation !== undefined) return invitation;
  throw new RollcallError('not-found', 'invitation.not-found', 'The user was not invited.');
}

/** @throws RollcallError `invitation.accepted` */
export function requireOpen({ state }: HeldInvitation): void {
  if (state !== 'accepted') return;
  throw new RollcallError('conflict', 'invitation.accepted', 'The person has accepted the invitation already.');
}
