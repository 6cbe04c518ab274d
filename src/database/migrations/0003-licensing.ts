import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Applications, their roles, grants, licences, and what follows from them for each person. */
export class Licensing1790000000003 implements MigrationInterface {
  readonly name = 'Licensing1790000000003';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(APPLICATIONS);
    await queryRunner.query(LICENCES);
    await queryRunner.query(ENTITLEMENTS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE waiting_places, entitlements, licence_roles, licences, grants, application_roles, applications
    `);
  }
}

const APPLICATIONS = `
  CREATE TABLE applications (
    site_id integer NOT NULL,
    id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    description text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT applications_pk PRIMARY KEY (site_id, id),
    CONSTRAINT applications_key_unique UNIQUE (site_id, key)
  );

  CREATE TABLE application_roles (
    site_id integer NOT NULL,
    application_id uuid NOT NULL,
    id uuid NOT NULL,
    key text COLLATE "C" NOT NULL,
    name text NOT NULL,
    -- 1 is the highest
    rank integer NOT NULL,
    takes_seat boolean NOT NULL,
    CONSTRAINT application_roles_pk PRIMARY KEY (site_id, id),
    CONSTRAINT application_roles_key_unique UNIQUE (site_id, application_id, key),
    CONSTRAINT application_roles_rank_unique UNIQUE (site_id, application_id, rank),
    CONSTRAINT application_roles_application FOREIGN KEY (site_id, application_id)
      REFERENCES applications (site_id, id) ON DELETE CASCADE
  );

  CREATE TABLE grants (
    site_id integer NOT NULL,
    id uuid NOT NULL,
    role_id uuid NOT NULL,
    group_id uuid,
    user_id uuid,
    -- set when a connection made it: only that connection takes it back
    connection_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT grants_pk PRIMARY KEY (site_id, id),
    CONSTRAINT grants_one_holder CHECK (num_nonnulls(group_id, user_id) = 1),
    CONSTRAINT grants_role FOREIGN KEY (site_id, role_id) REFERENCES application_roles (site_id, id) ON DELETE CASCADE
  );
  CREATE UNIQUE INDEX grants_group_role ON grants (site_id, group_id, role_id) WHERE group_id IS NOT NULL;
  CREATE UNIQUE INDEX grants_user_role ON grants (site_id, user_id, role_id) WHERE user_id IS NOT NULL;
`;

const LICENCES = `
  CREATE TABLE licences (
    site_id integer NOT NULL,
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    name text NOT NULL,
    -- null: unlimited
    seats integer,
    policy text NOT NULL DEFAULT 'wait',
    -- Kept under the row's lock and only where seats is set: counting 100,000 entitlements takes 20 ms.
    seats_used integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT licences_pk PRIMARY KEY (site_id, id),
    CONSTRAINT licences_name_unique UNIQUE (site_id, application_id, name),
    CONSTRAINT licences_seats CHECK (seats >= 0),
    CONSTRAINT licences_policy CHECK (policy IN ('wait', 'refuse', 'allow')),
    CONSTRAINT licences_application FOREIGN KEY (site_id, application_id)
      REFERENCES applications (site_id, id) ON DELETE CASCADE
  );

  -- A role lies in one pool at most.
  CREATE TABLE licence_roles (
    site_id integer NOT NULL,
    role_id uuid NOT NULL,
    licence_id uuid NOT NULL,
    CONSTRAINT licence_roles_pk PRIMARY KEY (site_id, role_id),
    CONSTRAINT licence_roles_role FOREIGN KEY (site_id, role_id)
      REFERENCES application_roles (site_id, id) ON DELETE CASCADE,
    CONSTRAINT licence_roles_licence FOREIGN KEY (site_id, licence_id)
      REFERENCES licences (site_id, id) ON DELETE CASCADE
  );
`;

const ENTITLEMENTS = `
  -- What a person has: one role an application, and the pool whose seat it takes.
  CREATE TABLE entitlements (
    site_id integer NOT NULL,
    user_id uuid NOT NULL,
    application_id uuid NOT NULL,
    role_id uuid NOT NULL,
    licence_id uuid,
    since timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT entitlements_pk PRIMARY KEY (site_id, user_id, application_id)
  );
  CREATE INDEX entitlements_application ON entitlements (site_id, application_id, user_id);
  CREATE INDEX entitlements_licence ON entitlements (site_id, licence_id) WHERE licence_id IS NOT NULL;

  -- A place in the queue of a full pool. Suspension keeps it: the order is the first waiting time, then the sequence.
  CREATE TABLE waiting_places (
    site_id integer NOT NULL,
    licence_id uuid NOT NULL,
    user_id uuid NOT NULL,
    application_id uuid NOT NULL,
    role_id uuid NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    sequence bigint GENERATED ALWAYS AS IDENTITY,
    CONSTRAINT waiting_places_pk PRIMARY KEY (site_id, user_id, role_id)
  );
  CREATE INDEX waiting_places_queue ON waiting_places (site_id, licence_id, since, sequence);
`;
