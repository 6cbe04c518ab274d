import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sites, domains, users, groups and what links them.
 *
 * No foreign keys between users, groups and memberships: every write goes through `change`, which locks the rows
 * and checks them, and a key-share lock for each of 20,000 members would cost more than the insert itself.
 * Deleted users and groups keep their rows until the grace period ends, so that they can be restored.
 */
export class Directory1790000000001 implements MigrationInterface {
  readonly name = 'Directory1790000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(SITES);
    await queryRunner.query(USERS);
    await queryRunner.query(GROUPS);
    await queryRunner.query(LINKS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE object_count_deltas, user_passwords, identities, group_closure, nestings, memberships,
        groups, user_emails, users, domains, sites
    `);
  }
}

const SITES = `
  CREATE TABLE sites (
    id integer GENERATED ALWAYS AS IDENTITY,
    key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    -- raised whenever a group is renamed, deleted or nested: what readers remember of groups holds for one version
    groups_version bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sites_pk PRIMARY KEY (id),
    CONSTRAINT sites_key_unique UNIQUE (key)
  );

  CREATE TABLE domains (
    site_id integer NOT NULL,
    name text COLLATE "C" NOT NULL,
    -- the value that the DNS TXT record must hold; not a secret
    challenge text NOT NULL,
    verified_at timestamptz,
    verified_by text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT domains_pk PRIMARY KEY (site_id, name),
    CONSTRAINT domains_verified_by CHECK (verified_by IN ('dns', 'operator'))
  );
  -- Any site may claim a domain, one alone can prove it.
  CREATE UNIQUE INDEX domains_verified_once ON domains (name) WHERE verified_at IS NOT NULL;
`;

const USERS = `
  CREATE TABLE users (
    site_id integer NOT NULL,
    id uuid NOT NULL,
    user_name text NOT NULL,
    user_name_key text COLLATE "C" NOT NULL,
    -- shown as members[].display, so that a group needs no documents
    display_name text,
    user_type text NOT NULL DEFAULT 'standard',
    state text NOT NULL DEFAULT 'active',
    -- only for the manager's name in answers; what the client wrote stands in the document
    manager_id uuid,
    owner_connection_id uuid,
    -- what a client reads, without id, externalId, meta and groups
    document jsonb NOT NULL,
    -- the same, with values in the form in which filters compare them
    folded jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    modified_at timestamptz(3) NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT users_pk PRIMARY KEY (site_id, id),
    CONSTRAINT users_user_type CHECK (user_type IN ('standard', 'customer', 'service')),
    CONSTRAINT users_state CHECK (state IN ('invited', 'active', 'suspended', 'deactivated'))
  );
  -- A row of 1.5 kB document plus its folded twin passes the 2 kB at which PostgreSQL starts to move values out of
  -- line, which would add a second lookup to every read: keep whole rows together up to a page.
  ALTER TABLE users SET (toast_tuple_target = 8160, fillfactor = 85);
  CREATE UNIQUE INDEX users_user_name_unique ON users (site_id, user_name_key) WHERE deleted_at IS NULL;
  -- Any equality that has no key of its own. Without a pending list: a lookup costs 2-4 ms while it is long.
  CREATE INDEX users_folded ON users USING gin (folded jsonb_path_ops) WITH (fastupdate = off)
    WHERE deleted_at IS NULL;

  CREATE TABLE user_emails (
    site_id integer NOT NULL,
    value_key text COLLATE "C" NOT NULL,
    type_key text COLLATE "C" NOT NULL,
    user_id uuid NOT NULL,
    CONSTRAINT user_emails_pk PRIMARY KEY (site_id, value_key, type_key, user_id)
  );

  CREATE TABLE user_passwords (
    site_id integer NOT NULL,
    user_id uuid NOT NULL,
    -- argon2id, in its own encoded form with salt and cost
    hash text NOT NULL,
    set_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_passwords_pk PRIMARY KEY (site_id, user_id)
  );
`;

const GROUPS = `
  CREATE TABLE groups (
    site_id integer NOT NULL,
    id uuid NOT NULL,
    display_name text NOT NULL,
    display_name_key text COLLATE "C" NOT NULL,
    -- refuses every connection
    protected boolean NOT NULL DEFAULT false,
    owner_connection_id uuid,
    document jsonb NOT NULL,
    folded jsonb NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    modified_at timestamptz(3) NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT groups_pk PRIMARY KEY (site_id, id)
  );
  -- Every member change rewrites the row for its version: room on the page keeps that update off the indexes.
  ALTER TABLE groups SET (fillfactor = 70);
  CREATE INDEX groups_display_name ON groups (site_id, display_name_key) WHERE deleted_at IS NULL;
  CREATE INDEX groups_folded ON groups USING gin (folded jsonb_path_ops) WITH (fastupdate = off)
    WHERE deleted_at IS NULL;

  CREATE TABLE memberships (
    site_id integer NOT NULL,
    group_id uuid NOT NULL,
    user_id uuid NOT NULL,
    owner_connection_id uuid,
    added_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT memberships_pk PRIMARY KEY (site_id, group_id, user_id)
  );
  CREATE INDEX memberships_user ON memberships (site_id, user_id, group_id);

  CREATE TABLE nestings (
    site_id integer NOT NULL,
    group_id uuid NOT NULL,
    child_group_id uuid NOT NULL,
    owner_connection_id uuid,
    added_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT nestings_pk PRIMARY KEY (site_id, group_id, child_group_id)
  );
  CREATE INDEX nestings_child ON nestings (site_id, child_group_id, group_id);

  -- Every pair that one or more nestings of living groups connect, but never a group with itself.
  CREATE TABLE group_closure (
    site_id integer NOT NULL,
    ancestor_id uuid NOT NULL,
    descendant_id uuid NOT NULL,
    CONSTRAINT group_closure_pk PRIMARY KEY (site_id, ancestor_id, descendant_id)
  );
  CREATE INDEX group_closure_descendant ON group_closure (site_id, descendant_id, ancestor_id);
`;

const LINKS = `
  -- What a connection calls a user or group. externalId is neither required nor unique (RFC 7643 section 3.1).
  CREATE TABLE identities (
    site_id integer NOT NULL,
    connection_id uuid NOT NULL,
    object_id uuid NOT NULL,
    object_type text NOT NULL,
    external_id text COLLATE "C",
    linked_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT identities_pk PRIMARY KEY (site_id, object_id, connection_id),
    CONSTRAINT identities_object_type CHECK (object_type IN ('User', 'Group'))
  );
  CREATE INDEX identities_external_id ON identities (site_id, connection_id, external_id);

  -- Totals as appended differences: one counter row in every transaction would let one writer in at a time
  -- (measured: 0.17 of the plain insert). A timer folds them.
  CREATE TABLE object_count_deltas (
    site_id integer NOT NULL,
    object_type text NOT NULL,
    owner_connection_id uuid,
    difference bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    CONSTRAINT object_count_deltas_pk PRIMARY KEY (site_id, object_type, id)
  );
`;
