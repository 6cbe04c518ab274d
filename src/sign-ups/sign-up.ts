import { type Database, type Sql, sql } from '../database/index.js';
import { isObjectId } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { forgetMails } from '../mail/index.js';

/** `unconfirmed`: nobody knows yet whether the address is theirs; `waiting`: for an administrator. */
export type SignUpState = 'unconfirmed' | 'waiting' | 'approved' | 'rejected';

/** Somebody who wants to use an application. */
export interface SignUp {
  readonly id: string;
  readonly applicationId: string;
  /** Its key. */
  readonly application: string;
  readonly address: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly state: SignUpState;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly confirmedAt: Date | null;
  readonly decidedAt: Date | null;
  /** Who was made of it, or was given access. */
  readonly userId: string | null;
}

/** Columns of `sign_ups s` and `applications a` as a SignUp has them. */
const columns = sql`
  s.id, s.application_id AS "applicationId", a.key AS application, s.address, s.given_name AS "givenName",
  s.family_name AS "familyName", s.state, s.issued_at AS "issuedAt", s.expires_at AS "expiresAt",
  s.confirmed_at AS "confirmedAt", s.decided_at AS "decidedAt", s.user_id AS "userId"`;

export interface SignUpFilter {
  readonly application?: string | undefined;
  readonly state?: SignUpState | undefined;
  /** Continue behind this one. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Those who signed up, the newest first. */
export function listSignUps(
  database: Database,
  siteId: number,
  { application, state, after, limit }: SignUpFilter,
): Promise<SignUp[]> {
  return database.read<SignUp>(sql`
    SELECT ${columns} FROM sign_ups s JOIN applications a ON a.site_id = s.site_id AND a.id = s.application_id
    WHERE s.site_id = ${siteId} AND (${application ?? null}::text IS NULL OR a.key = ${application ?? null}::text)
      AND (${state ?? null}::text IS NULL OR s.state = ${state ?? null}::text)
      AND (${after ?? null}::uuid IS NULL OR s.id < ${after ?? null}::uuid)
    ORDER BY s.id DESC LIMIT ${limit}`);
}

/** Not from a replica: it is asked before a decision. @throws RollcallError `sign-up.not-found` */
export async function findSignUp(database: Database, siteId: number, id: string): Promise<SignUp> {
  const [found] = isObjectId(id)
    ? await database.write<SignUp>(sql`
        SELECT ${columns} FROM sign_ups s JOIN applications a ON a.site_id = s.site_id AND a.id = s.application_id
        WHERE s.site_id = ${siteId} AND s.id = ${id}`)
    : [];
  if (found !== undefined) return found;
  throw new RollcallError('not-found', 'sign-up.not-found', 'There is nobody who signed up under this id.');
}

/** What is kept of how people came who are erased, for who erases them. */
export function forgetSignUps(siteId: number, userIds: readonly string[]): Sql[] {
  const theirs = sql`site_id = ${siteId} AND user_id = ANY (${userIds}::uuid[])`;
  return [
    sql`DELETE FROM mails WHERE site_id = ${siteId} AND subject_id IN (SELECT id FROM sign_ups WHERE ${theirs})`,
    sql`DELETE FROM sign_ups WHERE ${theirs}`,
  ];
}

/** Forgets those who never confirmed their address, and those who were rejected so long ago. */
export async function forgetOldSignUps(database: Database, retentionDays: number): Promise<void> {
  const gone = await database.write<{ siteId: number; id: string }>(sql`
    DELETE FROM sign_ups
    WHERE (state = 'unconfirmed' AND expires_at <= now())
      OR (state = 'rejected' AND decided_at < now() - make_interval(days => ${retentionDays}))
    RETURNING site_id AS "siteId", id`);
  for (const siteId of new Set(gone.map((one) => one.siteId))) {
    const ids = gone.filter((one) => one.siteId === siteId).map(({ id }) => id);
    await database.write(forgetMails(siteId, ids));
  }
}
