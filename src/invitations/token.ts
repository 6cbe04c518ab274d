import { timingSafeEqual } from 'node:crypto';
import { type Database, sql } from '../database/index.js';
import { RollcallError } from '../errors/index.js';
import { issueToken, newKey, parseToken } from '../secrets/index.js';
import type { InvitationState } from './invitation.js';

const DAY = 86_400_000;

/** A token that is good once. Its text is in the mail alone, or in the answer where there is no mail. */
export interface InvitationToken {
  readonly text: string;
  readonly key: string;
  readonly secretHash: Buffer;
  readonly expiresAt: Date;
}

export function newInvitationToken(expiryDays: number): InvitationToken {
  const key = newKey();
  const { token, secretHash } = issueToken('invitation', key);
  return { text: token, key, secretHash, expiresAt: new Date(Date.now() + expiryDays * DAY) };
}

/** The invitation that a token is of. */
export interface ShownInvitation {
  readonly siteId: number;
  readonly userId: string;
  readonly key: string;
}

interface Row {
  readonly siteId: number;
  readonly userId: string;
  readonly secretHash: Buffer;
}

/**
 * Whose invitation a token is. Not from a replica, which may not know it yet. What is over has no token any more, so
 * that a used one, one that was taken back and one that never was cannot be told apart.
 * @throws RollcallError `invitation.invalid-token`
 */
export async function findByToken(database: Database, text: string): Promise<ShownInvitation> {
  const token = parseToken('invitation', text);
  if (token === undefined) throw invalidToken();
  const [row] = await database.write<Row>(sql`
    SELECT site_id AS "siteId", user_id AS "userId", secret_hash AS "secretHash" FROM invitations
    WHERE token_key = ${token.key}`);
  if (row === undefined || !timingSafeEqual(row.secretHash, token.secretHash)) throw invalidToken();
  return { siteId: row.siteId, userId: row.userId, key: token.key };
}

export function invalidToken(): RollcallError {
  const message = 'The invitation is not valid: it was used, taken back or sent anew. Ask for another one.';
  return new RollcallError('not-found', 'invitation.invalid-token', message);
}

/** @throws RollcallError `invitation.expired` */
export function requireUnexpired(state: InvitationState, expiresAt: Date): void {
  if (state === 'pending' && expiresAt.getTime() > Date.now()) return;
  throw new RollcallError('conflict', 'invitation.expired', 'The invitation has expired. Ask for another one.');
}
