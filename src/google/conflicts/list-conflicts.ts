import { type Database, sql } from '../../database/index.js';

/** What stands in the way of a user or group of Google, and what was decided about it. */
export interface Conflict {
  readonly objectType: 'User' | 'Group';
  readonly googleId: string;
  /** The address of a user, the name of a group. */
  readonly name: string;
  readonly reason:
    | 'name-taken'
    | 'several-candidates'
    | 'other-owner'
    | 'unverified-domain'
    | 'manual'
    | 'deleted-here'
    | 'two-for-one';
  /** Users or groups of the directory that it could be, the first ten of them. */
  readonly candidates: readonly Candidate[];
  readonly foundAt: Date;
  readonly lastRunId: string;
  /** Null: nobody has decided yet. */
  readonly choice: 'link' | 'take-over' | 'ignore' | 'rename' | null;
  readonly chosenObjectId: string | null;
  readonly chosenName: string | null;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
}

interface Candidate {
  readonly id: string;
  /** Null: it is not there any more. */
  readonly name: string | null;
  /** The connection that owns it; null: local. */
  readonly owner: string | null;
}

/** What a page of conflicts comes behind. */
export type ConflictPosition = Pick<Conflict, 'objectType' | 'googleId'>;

const CANDIDATES_SHOWN = 10;

/** @param open only those about which nobody has decided */
export function listConflicts(
  database: Database,
  siteId: number,
  connectionId: string,
  {
    open,
    after,
    limit,
  }: { readonly open: boolean; readonly after: ConflictPosition | undefined; readonly limit: number },
): Promise<Conflict[]> {
  const behind =
    after === undefined ? sql`` : sql`AND (c.object_type, c.google_id) > (${after.objectType}, ${after.googleId})`;
  return database.write<Conflict>(sql`
    SELECT c.object_type AS "objectType", c.google_id AS "googleId", c.name, c.reason, c.found_at AS "foundAt",
      c.last_run_id AS "lastRunId", c.choice, c.chosen_object_id AS "chosenObjectId", c.chosen_name AS "chosenName",
      c.decided_at AS "decidedAt", c.decided_by AS "decidedBy", coalesce((
        SELECT jsonb_agg(jsonb_build_object('id', o.id, 'name', coalesce(u.user_name, g.display_name), 'owner', owner.name)
          ORDER BY o.id)
        FROM unnest(c.candidates[:${CANDIDATES_SHOWN}]) AS o (id)
        LEFT JOIN users u ON c.object_type = 'User' AND u.site_id = c.site_id AND u.id = o.id AND u.deleted_at IS NULL
        LEFT JOIN groups g ON c.object_type = 'Group' AND g.site_id = c.site_id AND g.id = o.id AND g.deleted_at IS NULL
        LEFT JOIN connections owner ON owner.site_id = c.site_id
          AND owner.id = coalesce(u.owner_connection_id, g.owner_connection_id)
      ), '[]') AS candidates
    FROM google_conflicts c
    WHERE c.site_id = ${siteId} AND c.connection_id = ${connectionId} AND (NOT ${open} OR c.choice IS NULL) ${behind}
    ORDER BY c.object_type, c.google_id LIMIT ${limit}`);
}
