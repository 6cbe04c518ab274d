import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Suspensions with reason and end, tombstones, and a limit on what a connection removes.
 *
 * The former version neither suspends nor erases anybody, and deletes as before: it gives up the values of what it
 * deletes for good, so that a restore brings those back without them. Connections that are there get no limit.
 */
export class UserStates1790000000013 implements MigrationInterface {
  readonly name = 'UserStates1790000000013';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(STATES);
    await queryRunner.query(REMOVALS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE removal_allowances, connection_removals;
      ALTER TABLE connections DROP COLUMN removal_limit_percent, DROP COLUMN removal_limit_count,
        DROP COLUMN removal_minimum_base, DROP COLUMN removal_window_hours;
      DROP INDEX groups_scheduled;
      ALTER TABLE groups DROP COLUMN released_values, DROP COLUMN erased_at;
      DROP INDEX users_scheduled, users_suspensions;
      ALTER TABLE users DROP COLUMN resumes_to, DROP COLUMN suspended_at, DROP COLUMN suspended_until,
        DROP COLUMN suspension_reason, DROP COLUMN suspension_overdue, DROP COLUMN released_values,
        DROP COLUMN erased_at;
    `);
  }
}

const STATES = `
  ALTER TABLE users
    -- what a suspension lies over: connections go on deciding about it, and its end brings it back
    ADD COLUMN resumes_to text,
    ADD COLUMN suspended_at timestamptz,
    ADD COLUMN suspended_until timestamptz,
    ADD COLUMN suspension_reason text,
    -- its end came and a licence that refuses had no seat: an administrator has to end it
    ADD COLUMN suspension_overdue boolean NOT NULL DEFAULT false,
    -- rows of unique_values that others may take while this user is deleted
    ADD COLUMN released_values jsonb,
    -- a tombstone: the id is all that is left, so that it is never given to anybody else
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT users_resumes_to CHECK (resumes_to IN ('invited', 'active', 'deactivated')),
    ADD CONSTRAINT users_erased CHECK (erased_at IS NULL OR deleted_at IS NOT NULL);
  CREATE INDEX users_suspensions ON users (site_id, suspended_until)
    WHERE suspended_until IS NOT NULL AND NOT suspension_overdue;
  CREATE INDEX users_scheduled ON users (site_id, deleted_at) WHERE deleted_at IS NOT NULL AND erased_at IS NULL;

  ALTER TABLE groups
    ADD COLUMN released_values jsonb,
    ADD COLUMN erased_at timestamptz,
    ADD CONSTRAINT groups_erased CHECK (erased_at IS NULL OR deleted_at IS NOT NULL);
  CREATE INDEX groups_scheduled ON groups (site_id, deleted_at) WHERE deleted_at IS NOT NULL AND erased_at IS NULL;
`;

const REMOVALS = `
  ALTER TABLE connections
    -- 0: no limit
    ADD COLUMN removal_limit_percent integer NOT NULL DEFAULT 0,
    ADD COLUMN removal_limit_count integer NOT NULL DEFAULT 0,
    -- the percentage counts from this many users on
    ADD COLUMN removal_minimum_base integer NOT NULL DEFAULT 100,
    ADD COLUMN removal_window_hours integer NOT NULL DEFAULT 24,
    ADD CONSTRAINT connections_removal_limit_percent CHECK (removal_limit_percent BETWEEN 0 AND 100),
    ADD CONSTRAINT connections_removal_limit_count CHECK (removal_limit_count >= 0);

  -- Removals of connections with a limit, for as long as they count.
  CREATE TABLE connection_removals (
    site_id integer NOT NULL,
    connection_id uuid NOT NULL,
    at timestamptz NOT NULL,
    object_id uuid NOT NULL,
    kind text NOT NULL,
    -- 0 where the person was counted before
    people integer NOT NULL,
    -- an administrator had lifted the limit
    allowed boolean NOT NULL,
    -- sums of all removals of the connection before this one, so that a window is two rows and not thousands
    counted_before bigint NOT NULL,
    allowed_before bigint NOT NULL,
    deleted_before bigint NOT NULL,
    CONSTRAINT connection_removals_pk PRIMARY KEY (site_id, connection_id, at, object_id),
    CONSTRAINT connection_removals_kind CHECK (kind IN ('user-deleted', 'user-disabled', 'group')),
    CONSTRAINT connection_removals_connection FOREIGN KEY (site_id, connection_id)
      REFERENCES connections (site_id, id) ON DELETE CASCADE
  );

  CREATE INDEX connection_removals_object ON connection_removals (site_id, connection_id, object_id);

  -- For how long an administrator has lifted the limit of a connection.
  CREATE TABLE removal_allowances (
    site_id integer NOT NULL,
    connection_id uuid NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    -- null: any number
    people integer,
    CONSTRAINT removal_allowances_pk PRIMARY KEY (site_id, connection_id),
    CONSTRAINT removal_allowances_connection FOREIGN KEY (site_id, connection_id)
      REFERENCES connections (site_id, id) ON DELETE CASCADE
  );
`;
