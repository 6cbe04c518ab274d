import type { Sql } from '../database/index.js';
import { queueMail } from '../mail/index.js';
import type { Secrets } from '../secrets/index.js';
import { invitationLetter } from './letter.js';
import { type InvitationToken, newInvitationToken } from './token.js';

/** What invitations are made with. */
export interface Inviting {
  readonly secrets: Secrets;
  readonly siteName: string;
  /** The page that takes the token, which stands behind it as the fragment. */
  readonly acceptUrl: string;
  readonly expiryDays: number;
  /** How long nobody is sent a second one. */
  readonly resendSeconds: number;
  /** Whether there is a server to give mails to. */
  readonly sendsMail: boolean;
}

/** An invitation that was made or sent anew. */
export interface IssuedInvitation {
  readonly userId: string;
  /** Where it is accepted; undefined where it is on its way by mail. Shown this once. */
  readonly link: string | undefined;
}

/** A token, and what sends it. */
export interface Issue {
  readonly token: InvitationToken;
  readonly issued: IssuedInvitation;
  readonly writes: readonly Sql[];
}

export function issueInvitation(inviting: Inviting, siteId: number, userId: string, recipient: string): Issue {
  const { secrets, siteName, acceptUrl, expiryDays, sendsMail } = inviting;
  const token = newInvitationToken(expiryDays);
  // A fragment is not sent to servers, so that it is in no log on the way.
  const link = `${acceptUrl}#${token.text}`;
  if (!sendsMail) return { token, issued: { userId, link }, writes: [] };
  const letter = invitationLetter({ siteName, url: link, expiresAt: token.expiresAt });
  const writes = queueMail(secrets, { siteId, subjectId: userId, kind: 'invitation', recipient, ...letter });
  return { token, issued: { userId, link: undefined }, writes };
}
