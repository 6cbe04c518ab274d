import { type Sql, sql } from '../database/index.js';
import type { Actor, LockingCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { requireNobody } from './invite-user.js';
import { type Inviting, type Issue, type IssuedInvitation, issueInvitation } from './issue.js';
import { type EditUser, type HeldInvitation, onInvitation, requireOpen } from './on-invitation.js';

/**
 * Sends an invitation anew, with another token and another end; the one before is void. Whoever is deactivated because
 * it had expired is invited again, and needs a seat by the setting for such people.
 * @throws RollcallError `user.not-found`, `invitation.not-found`, `invitation.accepted`, `invitation.too-soon`,
 *   `user.wrong-state`, `licence.out-of-seats`
 */
export function resendInvitation(
  actor: Actor,
  inviting: Inviting,
  userId: string,
  edit: EditUser,
): LockingCommand<IssuedInvitation> {
  return onInvitation(actor, userId, 'invitation.resend', again(edit), async (invitation) => {
    requireOpen(invitation);
    requireLaterOn(invitation, inviting.resendSeconds);
    const issue = issueInvitation(inviting, actor.siteId, userId, invitation.address);
    return {
      result: () => issue.issued,
      changed: [{ attribute: 'invitation', old: undefined, new: 'sent anew' }],
      writes: [reissue(actor.siteId, userId, invitation.address, issue), ...issue.writes],
    };
  });
}

/**
 * Sends an invitation to another address, because the one before was wrong: the user stays with groups and access, and
 * what was sent to the wrong address is void.
 * @param edit puts the address into the user's document
 * @throws as resendInvitation does, and `invitation.user-exists`, `user.user-name-taken`
 */
export function correctInvitation(
  actor: Actor,
  inviting: Inviting,
  { userId, address }: { readonly userId: string; readonly address: string },
  edit: EditUser,
): LockingCommand<IssuedInvitation> {
  return onInvitation(actor, userId, 'invitation.correct', again(edit), async (invitation, transaction) => {
    requireOpen(invitation);
    requireLaterOn(invitation, inviting.resendSeconds);
    await requireNobody(transaction, actor.siteId, address, userId);
    const issue = issueInvitation(inviting, actor.siteId, userId, address);
    return {
      result: () => issue.issued,
      changed: [{ attribute: 'invitedAddress', old: invitation.address, new: address }],
      writes: [reissue(actor.siteId, userId, address, issue), ...issue.writes],
    };
  });
}

function again(edit: EditUser): EditUser {
  return (current, invitation) => ({ ...edit(current, invitation), event: 'invite' });
}

/** So that nobody can fill a mailbox. */
function requireLaterOn({ issuedAt }: HeldInvitation, seconds: number): void {
  const wait = Math.ceil((issuedAt.getTime() - Date.now()) / 1000) + seconds;
  if (wait <= 0) return;
  const message = `The last one was sent less than ${seconds} s ago (INVITATION_RESEND_SECONDS); come again in ${wait} s.`;
  throw new RollcallError('conflict', 'invitation.too-soon', message);
}

function reissue(siteId: number, userId: string, address: string, { token }: Issue): Sql {
  return sql`
    UPDATE invitations SET address = ${address}, state = 'pending', token_key = ${token.key},
      secret_hash = ${token.secretHash}, issued_at = now(), expires_at = ${token.expiresAt}, finished_at = NULL
    WHERE site_id = ${siteId} AND user_id = ${userId}`;
}
