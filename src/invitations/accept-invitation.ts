import { sql } from '../database/index.js';
import type { Actor, LockingCommand, UserRecord } from '../directory/index.js';
import { type EditUser, onInvitation } from './on-invitation.js';
import { invalidToken, requireUnexpired, type ShownInvitation } from './token.js';

/**
 * The invited person comes: active from now on, with a seat where invited people took none. A token is good once,
 * whoever comes at the same time.
 * @param edit puts what the person says of themselves into the document
 * @throws RollcallError `invitation.invalid-token`, `invitation.expired`, `user.not-found`, `user.wrong-state`,
 *   `licence.out-of-seats`
 */
export function acceptInvitation(
  actor: Actor,
  { siteId, userId, key }: ShownInvitation,
  edit: EditUser,
): LockingCommand<UserRecord> {
  const accepting: EditUser = (current, invitation) => ({ ...edit(current, invitation), event: 'accept' });
  return onInvitation(actor, userId, 'invitation.accept', accepting, async ({ tokenKey, state, expiresAt }) => {
    // Somebody was quicker, or it was sent anew since it was looked up.
    if (tokenKey !== key) throw invalidToken();
    requireUnexpired(state, expiresAt);
    return {
      result: (user) => user,
      changed: [],
      writes: [
        sql`
          UPDATE invitations SET state = 'accepted', token_key = NULL, secret_hash = NULL, finished_at = now()
          WHERE site_id = ${siteId} AND user_id = ${userId}`,
      ],
    };
  });
}
