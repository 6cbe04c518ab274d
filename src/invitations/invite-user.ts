import { sql, type Transaction } from '../database/index.js';
import {
  type Actor,
  comparisonKey,
  createUserInGroups,
  type LockingCommand,
  type NewUser,
} from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { defaultGroupsOf, requireDefaultGroups } from '../licensing/index.js';
import { type Inviting, type IssuedInvitation, issueInvitation } from './issue.js';

export interface NewInvitation {
  readonly user: NewUser;
  /** Where the mail goes. */
  readonly address: string;
  /** Roles of applications, into whose default groups the person is put. */
  readonly roleIds: readonly string[];
}

/**
 * Makes a user who is invited, in the default groups of the roles that they are invited to, and the mail that tells
 * them. Whether they take seats before they come is a setting; where a licence refuses, nobody is invited.
 * @throws RollcallError `invitation.user-exists`, `application.no-default-group`, `user.user-name-taken`,
 *   `attribute.value-taken`, `licence.out-of-seats`
 */
export function inviteUser(
  actor: Actor,
  inviting: Inviting,
  { user, address, roleIds }: NewInvitation,
): LockingCommand<IssuedInvitation> {
  const { siteId } = actor;
  const command = createUserInGroups(actor, 'invitation.create', {
    user,
    invited: true,
    groups: defaultGroupsOf(siteId, roleIds),
    reason: 'invited to a role whose default group it is',
  });
  return {
    ...command,
    async run(transaction, held) {
      await requireDefaultGroups(transaction, siteId, roleIds);
      await requireNobody(transaction, siteId, address);
      const effects = await command.run(transaction, held);
      const { id } = effects.result;
      const { token, issued, writes } = issueInvitation(inviting, siteId, id, address);
      return {
        ...effects,
        result: issued,
        writes: [
          ...effects.writes,
          sql`
            INSERT INTO invitations (site_id, user_id, address, token_key, secret_hash, expires_at)
            VALUES (${siteId}, ${id}, ${address}, ${token.key}, ${token.secretHash}, ${token.expiresAt})`,
          ...writes,
        ],
      };
    },
  };
}

/** An address that somebody has already is theirs: two users for one person would take two seats. */
export async function requireNobody(
  transaction: Transaction,
  siteId: number,
  address: string,
  except: string | null = null,
): Promise<void> {
  const key = comparisonKey(address);
  const [user] = await transaction.run<{ name: string; state: string }>(sql`
    SELECT user_name AS name, state FROM users
    WHERE site_id = ${siteId} AND deleted_at IS NULL AND id IS DISTINCT FROM ${except}::uuid AND (
      user_name_key = ${key}
      OR id IN (SELECT user_id FROM user_emails WHERE site_id = ${siteId} AND value_key = ${key}))
    LIMIT 1`);
  if (user === undefined) return;
  const instead = user.state === 'invited' ? 'send the invitation anew' : 'give them access as a user who is there';
  const message = `${user.name} has this address and is ${user.state}: ${instead}.`;
  throw new RollcallError('conflict', 'invitation.user-exists', message);
}
