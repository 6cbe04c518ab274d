import { type Database, join, raw, type Sql, sql } from '../../database/index.js';
import type { StagedGroup } from './staged-group.js';
import type { StagedUser } from './staged-user.js';

/** Where the rows of a walk go. */
export interface Stage {
  users(rows: readonly StagedUser[]): Promise<void>;
  groups(rows: readonly StagedGroup[]): Promise<void>;
  members(rows: readonly StagedMember[]): Promise<void>;
  /** Lists of members that were read to their end, and those that could not be, with the reason. */
  lists(lists: readonly ReadList[]): Promise<void>;
  /** Groups that are wanted because a wanted one has them as members. */
  nested(groupIds: readonly string[]): Promise<void>;
  clear(): Promise<void>;
}

/** What became of a group's list of members. */
export interface ReadList {
  readonly google_id: string;
  readonly hash: string | null;
  /** It is what was applied last, and not staged. */
  readonly same: boolean;
  readonly problem: string | null;
}

export interface StagedMember {
  readonly group_id: string;
  readonly member_id: string;
  readonly type: string;
  readonly email: string | null;
}

/**
 * Many rows go in by one statement. What comes twice, on two pages while somebody moves, is what was read last. A list
 * of members has each of them once.
 */
export function createStage(database: Database, siteId: number, runId: string): Stage {
  return {
    async users(rows) {
      const last = lastOfEach(rows);
      const same = last.filter((row) => row.same);
      const others = last.filter((row) => !row.same);
      // Values take most of the time, and who is the same has none: see stagedUser.
      if (same.length > 0) await database.write(insertUsers(siteId, runId, same, KNOWN));
      if (others.length > 0) await database.write(insertUsers(siteId, runId, others, { ...KNOWN, ...VALUES }));
    },
    async groups(rows) {
      if (rows.length === 0) return;
      await database.write(sql`
        INSERT INTO google_staged_groups (site_id, run_id, google_id, email, name, display_name, document, folded, hash,
          selected_by, problem)
        SELECT ${siteId}, ${runId}::uuid, google_id, email, name, display_name, document, folded, hash, selected_by,
          problem
        FROM json_to_recordset(${JSON.stringify(lastOfEach(rows))}::json) AS staged (google_id text, email text,
          name text, display_name text, document jsonb, folded jsonb, hash text, selected_by text, problem text)
        ON CONFLICT (site_id, run_id, google_id) DO UPDATE SET email = excluded.email, name = excluded.name,
          display_name = excluded.display_name, document = excluded.document, folded = excluded.folded,
          hash = excluded.hash, selected_by = excluded.selected_by, problem = excluded.problem`);
    },
    async members(rows) {
      if (rows.length === 0) return;
      await database.write(sql`
        INSERT INTO google_staged_members (site_id, run_id, group_id, member_id, type, email)
        SELECT ${siteId}, ${runId}::uuid, group_id, member_id, type, email
        FROM unnest(${rows.map((row) => row.group_id)}::text[], ${rows.map((row) => row.member_id)}::text[],
          ${rows.map((row) => row.type)}::text[], ${rows.map((row) => row.email)}::text[])
          AS staged (group_id, member_id, type, email)`);
    },
    async lists(lists) {
      await database.write(sql`
        UPDATE google_staged_groups g SET members_hash = list.hash, members_same = list.same,
          members_read = list.problem IS NULL AND NOT list.same, problem = coalesce(g.problem, list.problem)
        FROM json_to_recordset(${JSON.stringify(lists)}::json) AS list (google_id text, hash text, same boolean, problem text)
        WHERE g.site_id = ${siteId} AND g.run_id = ${runId} AND g.google_id = list.google_id`);
    },
    async nested(groupIds) {
      await database.write(sql`
        UPDATE google_staged_groups SET selected_by = 'nested'
        WHERE site_id = ${siteId} AND run_id = ${runId} AND google_id = ANY (${[...groupIds]}::text[])`);
    },
    async clear() {
      await database.transaction(async (transaction) => {
        await transaction.run(sql`SELECT set_config('rollcall.run', ${runId}, true)`);
        await transaction.lock(EMPTY_WHERE_ALONE);
      });
      for (const table of TABLES) await database.write(clearing(table, siteId, runId));
    },
  };
}

/** The columns of google_staged_users, and their types, that every user has; and those of what is to be written. */
const KNOWN = {
  google_id: 'text',
  user_name: 'text',
  user_name_key: 'text',
  address_keys: 'text[]',
  state: 'text',
  org_unit: 'text',
  made_at: 'timestamptz',
  manager_key: 'text',
  hash: 'text',
  same: 'boolean',
  problem: 'text',
};
const VALUES = { display_name: 'text', emails: 'jsonb', document: 'jsonb', folded: 'jsonb', cleared: 'text[]' };
const ALL = Object.keys({ ...KNOWN, ...VALUES });

function insertUsers(
  siteId: number,
  runId: string,
  rows: readonly StagedUser[],
  columns: Readonly<Record<string, string>>,
): Sql {
  const names = raw(Object.keys(columns).join(', '));
  const typed = raw(
    Object.entries(columns)
      .map((column) => column.join(' '))
      .join(', '),
  );
  const replaced = join(ALL.map((name) => raw(`${name} = excluded.${name}`)));
  return sql`
    INSERT INTO google_staged_users (site_id, run_id, ${names})
    SELECT ${siteId}, ${runId}::uuid, ${names}
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS staged (${typed})
    ON CONFLICT (site_id, run_id, google_id) DO UPDATE SET ${replaced}
    -- Somebody who was restored while the lists were read is not deleted.
    WHERE excluded.state <> 'deleted' OR google_staged_users.state = 'deleted'`;
}

const TABLES = ['google_staged_users', 'google_staged_groups', 'google_staged_members'] as const;

/**
 * Where no other run has rows there, or is about to, tables are emptied at once: a million deleted rows would have to be
 * read again by whoever comes next, until they are vacuumed.
 */
const EMPTY_WHERE_ALONE = `DO $$
  BEGIN
    IF EXISTS (${TABLES.map((table) => `SELECT 1 FROM ${table}`).join(' UNION ALL ')}) THEN
      LOCK TABLE ${TABLES.join(', ')} IN ACCESS EXCLUSIVE MODE NOWAIT;
      IF NOT EXISTS (${TABLES.map((table) => `SELECT 1 FROM ${table} WHERE run_id <> current_setting('rollcall.run')::uuid`).join(' UNION ALL ')}) THEN
        TRUNCATE ${TABLES.join(', ')};
      END IF;
    END IF;
  EXCEPTION WHEN lock_not_available THEN
    NULL;
  END $$`;

function clearing(table: string, siteId: number, runId: string) {
  return sql`DELETE FROM ${raw(table)} WHERE site_id = ${siteId} AND run_id = ${runId}`;
}

function lastOfEach<Row extends { readonly google_id: string }>(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.google_id, row])).values()];
}
