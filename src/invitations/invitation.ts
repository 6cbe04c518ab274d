import { type Database, type Sql, sql } from '../database/index.js';
import type { UserState } from '../directory/index.js';
import { lastMail } from '../mail/index.js';

/** `expired`: its time is over; it can be sent anew. */
export type InvitationState = 'pending' | 'accepted' | 'revoked' | 'expired';

/** An invitation as it may be shown: never its token. */
export interface Invitation {
  readonly userId: string;
  readonly userName: string;
  readonly displayName: string | null;
  readonly userState: UserState;
  readonly address: string;
  readonly state: InvitationState;
  readonly invitedAt: Date;
  /** When the token was made that is good now, or was last. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly finishedAt: Date | null;
  /** Null where none was to be sent, or it is forgotten. */
  readonly mail: InvitationMail | null;
}

export interface InvitationMail {
  readonly state: 'pending' | 'sent' | 'failed';
  readonly attempts: number;
  readonly error: string | null;
}

export interface InvitationFilter {
  readonly userId?: string | undefined;
  readonly state?: InvitationState | undefined;
  /** Continue behind this user. */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Invitations, those of the newest users first. */
export function listInvitations(
  database: Database,
  siteId: number,
  { userId, state, after, limit }: InvitationFilter,
): Promise<Invitation[]> {
  return database.read<Invitation>(sql`
    SELECT * FROM (
      SELECT i.user_id AS "userId", u.user_name AS "userName", u.display_name AS "displayName",
        CASE WHEN u.deleted_at IS NULL THEN u.state ELSE 'deletion-scheduled' END AS "userState", i.address,
        ${STATE} AS state, i.invited_at AS "invitedAt", i.issued_at AS "issuedAt", i.expires_at AS "expiresAt",
        i.finished_at AS "finishedAt", ${lastMail(sql`i.site_id`, sql`i.user_id`)} AS mail
      FROM invitations i JOIN users u ON u.site_id = i.site_id AND u.id = i.user_id
      WHERE i.site_id = ${siteId} AND (${userId ?? null}::uuid IS NULL OR i.user_id = ${userId ?? null}::uuid)
        AND (${after ?? null}::uuid IS NULL OR i.user_id < ${after ?? null}::uuid)
    ) invitation
    WHERE ${state ?? null}::text IS NULL OR state = ${state ?? null}::text
    ORDER BY "userId" DESC LIMIT ${limit}`);
}

/** What it is now: the job that ends those whose time is over may not have come yet. */
const STATE: Sql = sql`CASE WHEN i.state = 'pending' AND i.expires_at <= now() THEN 'expired' ELSE i.state END`;
