import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Runs of the Google sync: what a walk found, what is planned from it, and what a connection remembers in between.
 *
 * No foreign keys to users, groups and connections, as everywhere in the directory. What a walk found is not logged by
 * the database: it is read again from Google where it was lost.
 */
export class GoogleRuns1790000000016 implements MigrationInterface {
  readonly name = 'GoogleRuns1790000000016';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(RUNS);
    await queryRunner.query(STAGING);
    await queryRunner.query(PLAN);
    await queryRunner.query(MEMORY);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE google_conflicts, google_absences, google_applied, google_plan_items, google_matches, google_staged_members,
        google_staged_groups, google_staged_users, google_runs
    `);
  }
}

const RUNS = `
  CREATE TABLE google_runs (
    site_id integer NOT NULL,
    connection_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT uuidv7(),
    -- plan: a dry run; refresh: single objects that a hint named
    kind text NOT NULL,
    started_by text NOT NULL,
    state text NOT NULL DEFAULT 'queued',
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    walk_started_at timestamptz,
    walk_finished_at timestamptz,
    finished_at timestamptz,
    -- a process that works on the run says so now and then
    alive_at timestamptz,
    cancel_requested_at timestamptz,
    -- what was read so far: users, groups, members, requests, waits
    progress jsonb NOT NULL DEFAULT '{}',
    -- what the plan does, by kind and action, and the licence effect
    summary jsonb NOT NULL DEFAULT '{}',
    warnings integer NOT NULL DEFAULT 0,
    plan_hash text COLLATE "C",
    approval_expires_at timestamptz,
    decided_at timestamptz,
    decided_by text,
    error_code text,
    error_text text,
    CONSTRAINT google_runs_pk PRIMARY KEY (site_id, connection_id, id),
    CONSTRAINT google_runs_kind CHECK (kind IN ('sync', 'plan', 'refresh')),
    CONSTRAINT google_runs_started_by CHECK (started_by IN ('schedule', 'operator', 'hint')),
    CONSTRAINT google_runs_state CHECK (state IN ('queued', 'walking', 'planning', 'applying', 'awaiting-approval',
      'completed', 'failed', 'cancelled', 'rejected', 'expired', 'superseded'))
  );
  -- One at a time; what waits for an administrator is not at work.
  CREATE UNIQUE INDEX google_runs_at_work ON google_runs (site_id, connection_id)
    WHERE state IN ('walking', 'planning', 'applying');
`;

const STAGING = `
  CREATE UNLOGGED TABLE google_staged_users (
    site_id integer NOT NULL,
    run_id uuid NOT NULL,
    google_id text COLLATE "C" NOT NULL,
    -- the id of the user that is made of it, should there be none yet
    new_id uuid NOT NULL DEFAULT uuidv7(),
    user_name text NOT NULL,
    user_name_key text COLLATE "C" NOT NULL,
    -- keys of the addresses that are the user's own in Google, the primary one included
    address_keys text[] COLLATE "C" NOT NULL,
    state text NOT NULL,
    org_unit text NOT NULL,
    -- when Google made the user: who was first asks first for a seat
    made_at timestamptz,
    display_name text,
    emails jsonb NOT NULL DEFAULT '[]',
    manager_key text COLLATE "C",
    document jsonb NOT NULL DEFAULT '{}',
    folded jsonb NOT NULL DEFAULT '{}',
    cleared text[] NOT NULL DEFAULT '{}',
    hash text COLLATE "C" NOT NULL DEFAULT '',
    -- nothing differs from what was applied last: the values above are left out
    same boolean NOT NULL DEFAULT false,
    -- why nothing can be made of it
    problem text,
    CONSTRAINT google_staged_users_pk PRIMARY KEY (site_id, run_id, google_id),
    CONSTRAINT google_staged_users_state CHECK (state IN ('active', 'suspended', 'archived', 'deleted'))
  );
  -- No statement looks for these: statistics of them would take longer than the statements.
  ALTER TABLE google_staged_users ALTER new_id SET STATISTICS 0, ALTER user_name SET STATISTICS 0,
    ALTER address_keys SET STATISTICS 0, ALTER made_at SET STATISTICS 0, ALTER display_name SET STATISTICS 0,
    ALTER emails SET STATISTICS 0, ALTER document SET STATISTICS 0, ALTER folded SET STATISTICS 0,
    ALTER cleared SET STATISTICS 0, ALTER hash SET STATISTICS 0;

  CREATE UNLOGGED TABLE google_staged_groups (
    site_id integer NOT NULL,
    run_id uuid NOT NULL,
    google_id text COLLATE "C" NOT NULL,
    new_id uuid NOT NULL DEFAULT uuidv7(),
    email text NOT NULL,
    name text NOT NULL,
    display_name text NOT NULL,
    document jsonb NOT NULL DEFAULT '{}',
    folded jsonb NOT NULL DEFAULT '{}',
    cleared text[] NOT NULL DEFAULT '{}',
    hash text COLLATE "C" NOT NULL DEFAULT '',
    -- how it came to be wanted: all, by id, by a rule, nested in another
    selected_by text,
    -- whether its list of members was read to the end, and stands in google_staged_members
    members_read boolean NOT NULL DEFAULT false,
    members_hash text COLLATE "C",
    -- it was read to the end and is what was applied last: it does not stand there
    members_same boolean NOT NULL DEFAULT false,
    problem text,
    CONSTRAINT google_staged_groups_pk PRIMARY KEY (site_id, run_id, google_id)
  );

  CREATE UNLOGGED TABLE google_staged_members (
    site_id integer NOT NULL,
    run_id uuid NOT NULL,
    group_id text COLLATE "C" NOT NULL,
    member_id text COLLATE "C" NOT NULL,
    type text NOT NULL,
    email text
  );
  -- They are read as a whole: a key of a million pairs would take longer to make than everything that is done by it.
  CREATE INDEX google_staged_members_run ON google_staged_members (site_id, run_id);
  ALTER TABLE google_staged_members ALTER email SET STATISTICS 0;

  -- Which object each one is, or why it is none: narrow, since the rows above are wide.
  CREATE UNLOGGED TABLE google_matches (
    site_id integer NOT NULL,
    run_id uuid NOT NULL,
    object_type text NOT NULL,
    google_id text COLLATE "C" NOT NULL,
    object_id uuid,
    -- as what it is written: see ImportedUser
    write_as text,
    matched_by text NOT NULL,
    conflict text,
    candidates uuid[] NOT NULL DEFAULT '{}',
    -- wanted by the connection's selection
    selected boolean NOT NULL DEFAULT true,
    -- the sync deleted the object, which is here again
    restores boolean NOT NULL DEFAULT false,
    -- under another name than Google's
    name text,
    manager_id uuid,
    -- of a group, from before its members were looked at
    version bigint,
    hash text COLLATE "C" NOT NULL DEFAULT '',
    CONSTRAINT google_matches_pk PRIMARY KEY (site_id, run_id, object_type, google_id)
    -- Room for the managers, who are found when everybody is in it.
  ) WITH (fillfactor = 60);
  ALTER TABLE google_matches ALTER matched_by SET STATISTICS 0, ALTER candidates SET STATISTICS 0,
    ALTER hash SET STATISTICS 0;
`;

const PLAN = `
  CREATE TABLE google_plan_items (
    site_id integer NOT NULL,
    run_id uuid NOT NULL,
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    -- the order in which phases are applied
    phase integer NOT NULL,
    kind text NOT NULL,
    action text NOT NULL,
    google_id text COLLATE "C",
    object_id uuid,
    object_name text,
    reason text NOT NULL,
    -- takes something away: counts towards the limits
    removal boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'planned',
    -- what is changed where the walk's rows do not say it: see the planner of each kind
    data jsonb NOT NULL DEFAULT '{}',
    error_code text,
    error_text text,
    CONSTRAINT google_plan_items_pk PRIMARY KEY (site_id, run_id, sequence),
    CONSTRAINT google_plan_items_kind CHECK (kind IN ('user', 'group', 'members')),
    CONSTRAINT google_plan_items_state CHECK (state IN ('planned', 'held', 'applied', 'outdated', 'failed',
      'no-licence', 'skipped', 'dropped'))
  );
  CREATE INDEX google_plan_items_due ON google_plan_items (site_id, run_id, state, phase, sequence);
  CREATE INDEX google_plan_items_object ON google_plan_items (site_id, object_id);
  ALTER TABLE google_plan_items ALTER data SET STATISTICS 0;
`;

const MEMORY = `
  -- What was last written to a user, or to the members of a group: while neither this nor the object changes there is
  -- nothing to compare.
  CREATE TABLE google_applied (
    site_id integer NOT NULL,
    connection_id uuid NOT NULL,
    object_id uuid NOT NULL,
    hash text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT google_applied_pk PRIMARY KEY (site_id, connection_id, object_id)
  );

  -- What complete walks did not find, and since when.
  CREATE TABLE google_absences (
    site_id integer NOT NULL,
    connection_id uuid NOT NULL,
    kind text NOT NULL,
    object_id uuid NOT NULL,
    -- of a membership or nesting; else the object once more
    member_id uuid NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    runs integer NOT NULL,
    -- the sync itself took it away then
    removed_at timestamptz,
    CONSTRAINT google_absences_pk PRIMARY KEY (site_id, connection_id, kind, object_id, member_id),
    CONSTRAINT google_absences_kind CHECK (kind IN ('user', 'group', 'member', 'nesting')),
    CONSTRAINT google_absences_reason CHECK (reason IN ('absent', 'unselected', 'deleted'))
  );

  -- What stands in the way of an object of Google, and what was decided about it.
  CREATE TABLE google_conflicts (
    site_id integer NOT NULL,
    connection_id uuid NOT NULL,
    object_type text NOT NULL,
    google_id text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    name text NOT NULL,
    candidates uuid[] NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    last_run_id uuid NOT NULL,
    choice text,
    chosen_object_id uuid,
    chosen_name text,
    decided_at timestamptz,
    decided_by text,
    CONSTRAINT google_conflicts_pk PRIMARY KEY (site_id, connection_id, object_type, google_id),
    CONSTRAINT google_conflicts_object_type CHECK (object_type IN ('User', 'Group')),
    CONSTRAINT google_conflicts_reason CHECK (reason IN ('name-taken', 'several-candidates', 'other-owner',
      'unverified-domain', 'manual', 'deleted-here', 'two-for-one')),
    CONSTRAINT google_conflicts_choice CHECK (choice IN ('link', 'take-over', 'ignore', 'rename'))
  );
`;
