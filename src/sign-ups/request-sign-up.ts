import { timingSafeEqual } from 'node:crypto';
import { type Database, sql } from '../database/index.js';
import { type Actor, comparisonKey, type LockingCommand, newObjectId } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { queueMail } from '../mail/index.js';
import { issueToken, newKey, parseToken, type Secrets } from '../secrets/index.js';
import { confirmationLetter } from './letters.js';
import type { FoundRule } from './sign-up-rule.js';

/** What sign-ups are made with. */
export interface SigningUp {
  readonly secrets: Secrets;
  /** The page that takes the token, which stands behind it as the fragment. */
  readonly confirmUrl: string;
  readonly expiryDays: number;
  /** How long nobody is sent a second mail. */
  readonly resendSeconds: number;
}

/** What somebody says of themselves. */
export interface NewSignUp {
  readonly address: string;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
}

interface OpenRow {
  readonly id: string;
  readonly state: 'unconfirmed' | 'waiting';
  readonly isRecent: boolean;
}

const DAY = 86_400_000;

/**
 * Mails somebody who wants to use an application, to see whether the address is theirs; nothing else happens before
 * they say so. Whoever was mailed just now, or waits for an administrator, is not mailed again; whoever asks is not
 * told the difference, nor whether there is such a user.
 */
export function requestSignUp(
  actor: Actor,
  { secrets, confirmUrl, expiryDays, resendSeconds }: SigningUp,
  { applicationId, applicationName, siteName }: FoundRule,
  { address, givenName, familyName }: NewSignUp,
): LockingCommand<void> {
  const { siteId } = actor;
  const addressKey = comparisonKey(address);
  return {
    action: 'sign-up.request',
    objectType: 'Application',
    objectId: applicationId,
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const [open] = await transaction.run<OpenRow>(sql`
        SELECT id, state, issued_at > now() - make_interval(secs => ${resendSeconds}) AS "isRecent" FROM sign_ups
        WHERE site_id = ${siteId} AND application_id = ${applicationId} AND address_key = ${addressKey}
          AND state IN ('unconfirmed', 'waiting')`);
      const key = newKey();
      const { token, secretHash } = issueToken('sign-up', key);
      const expiresAt = new Date(Date.now() + expiryDays * DAY);
      const said = sql`${address}, ${givenName ?? null}, ${familyName ?? null}, ${key}, ${secretHash}, ${expiresAt}`;
      const isQuiet = open?.state === 'waiting' || open?.isRecent === true;
      const [noted] = isQuiet
        ? []
        : await transaction.run<{ id: string }>(sql`
            INSERT INTO sign_ups AS s (site_id, id, application_id, address_key, address, given_name, family_name,
              token_key, secret_hash, expires_at)
            VALUES (${siteId}, ${open?.id ?? newObjectId()}, ${applicationId}, ${addressKey}, ${said})
            ON CONFLICT (site_id, application_id, address_key) WHERE state IN ('unconfirmed', 'waiting') DO UPDATE
            SET address = excluded.address, given_name = excluded.given_name, family_name = excluded.family_name,
              token_key = excluded.token_key, secret_hash = excluded.secret_hash, issued_at = now(),
              expires_at = excluded.expires_at
            -- of somebody who signs up twice at once the first alone is mailed
            WHERE s.id = excluded.id AND s.state = 'unconfirmed'
            RETURNING id`);
      const url = `${confirmUrl}#${token}`;
      const letter = confirmationLetter({ siteName, applicationName, url, expiresAt });
      return {
        result: undefined,
        objectId: applicationId,
        objectName: applicationName,
        // Not whose it is: nobody is there yet with whom the log could forget it.
        changed: noted === undefined ? [] : [{ attribute: 'signUp', old: undefined, new: noted.id }],
        subjects: [],
        affectedUserIds: [],
        unchanged: noted === undefined,
        writes:
          noted === undefined
            ? []
            : queueMail(secrets, { siteId, subjectId: noted.id, kind: 'sign-up', recipient: address, ...letter }),
      };
    },
  };
}

/** The sign-up that a token confirms. */
export interface ConfirmedSignUp {
  readonly siteId: number;
  readonly siteKey: string;
  readonly id: string;
  readonly key: string;
  readonly applicationId: string;
  readonly approval: boolean;
}

interface TokenRow extends Omit<ConfirmedSignUp, 'key'> {
  readonly secretHash: Buffer;
  readonly isOver: boolean;
}

/**
 * Whose sign-up a token is. One that was used, sent anew or never was cannot be told apart.
 * @throws RollcallError `sign-up.invalid-token`, `sign-up.expired`
 */
export async function findBySignUpToken(database: Database, text: string): Promise<ConfirmedSignUp> {
  const token = parseToken('sign-up', text);
  if (token === undefined) throw invalidToken();
  const [row] = await database.write<TokenRow>(sql`
    SELECT s.site_id AS "siteId", t.key AS "siteKey", s.id, s.application_id AS "applicationId", u.approval, s.secret_hash AS "secretHash",
      s.expires_at <= now() AS "isOver"
    FROM sign_ups s JOIN sites t ON t.id = s.site_id
    JOIN sign_up_rules u ON u.site_id = s.site_id AND u.application_id = s.application_id
    WHERE s.token_key = ${token.key}`);
  if (row === undefined || !timingSafeEqual(row.secretHash, token.secretHash)) throw invalidToken();
  if (row.isOver) throw new RollcallError('conflict', 'sign-up.expired', 'The link has expired. Sign up once more.');
  const { siteId, siteKey, id, applicationId, approval } = row;
  return { siteId, siteKey, id, applicationId, approval, key: token.key };
}

export function invalidToken(): RollcallError {
  const message = 'The link is not valid: it was used, sent anew, or nobody can sign up any more.';
  return new RollcallError('not-found', 'sign-up.invalid-token', message);
}
