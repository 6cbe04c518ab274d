import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Invitations, people who sign up themselves, and mails that are to be sent. The former version knows none of them. */
export class WaysIn1790000000020 implements MigrationInterface {
  readonly name = 'WaysIn1790000000020';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(MAILS);
    await queryRunner.query(INVITATIONS);
    await queryRunner.query(SIGN_UPS);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE sign_ups, sign_up_rules, invitations, mails');
  }
}

const MAILS = `
  -- The outbox: written by the transaction that has something to say.
  CREATE TABLE mails (
    site_id integer NOT NULL,
    id uuid NOT NULL,
    -- whom or what it is about: a user, or somebody who signs up
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    -- sealed, for it holds a token; gone once it is sent
    content bytea,
    state text NOT NULL DEFAULT 'pending',
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    -- A process that sends it has it until then; the lease proves which one.
    lease uuid,
    leased_until timestamptz,
    last_error text,
    finished_at timestamptz,
    CONSTRAINT mails_pk PRIMARY KEY (site_id, id),
    CONSTRAINT mails_state CHECK (state IN ('pending', 'sent', 'failed'))
  );
  CREATE INDEX mails_due ON mails (next_attempt_at) WHERE state = 'pending';
  CREATE INDEX mails_finished ON mails (finished_at) WHERE state <> 'pending';
  CREATE INDEX mails_subject ON mails (site_id, subject_id, created_at);
`;

const INVITATIONS = `
  -- One a user. Whether a pending one has expired the time says; the job that notes it comes later.
  CREATE TABLE invitations (
    site_id integer NOT NULL,
    user_id uuid NOT NULL,
    address text NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    -- by which it is found; null once it is over
    token_key text COLLATE "C",
    secret_hash bytea,
    invited_at timestamptz NOT NULL DEFAULT now(),
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT invitations_pk PRIMARY KEY (site_id, user_id),
    CONSTRAINT invitations_state CHECK (state IN ('pending', 'accepted', 'revoked', 'expired')),
    CONSTRAINT invitations_token CHECK ((token_key IS NULL) = (secret_hash IS NULL))
  );
  CREATE UNIQUE INDEX invitations_token_key ON invitations (token_key);
  CREATE INDEX invitations_due ON invitations (site_id, expires_at) WHERE state = 'pending';
`;

const SIGN_UPS = `
  -- Who may sign up for an application; without a row nobody may.
  CREATE TABLE sign_up_rules (
    site_id integer NOT NULL,
    application_id uuid NOT NULL,
    role_id uuid NOT NULL,
    -- of addresses, in lower case
    domains text[] NOT NULL,
    approval boolean NOT NULL,
    CONSTRAINT sign_up_rules_pk PRIMARY KEY (site_id, application_id),
    CONSTRAINT sign_up_rules_application FOREIGN KEY (site_id, application_id)
      REFERENCES applications (site_id, id) ON DELETE CASCADE,
    CONSTRAINT sign_up_rules_role FOREIGN KEY (site_id, role_id)
      REFERENCES application_roles (site_id, id) ON DELETE CASCADE
  );

  CREATE TABLE sign_ups (
    site_id integer NOT NULL,
    id uuid NOT NULL,
    application_id uuid NOT NULL,
    address text NOT NULL,
    address_key text COLLATE "C" NOT NULL,
    given_name text,
    family_name text,
    state text NOT NULL DEFAULT 'unconfirmed',
    token_key text COLLATE "C",
    secret_hash bytea,
    issued_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    decided_at timestamptz,
    -- whom it made, or to whom access was given
    user_id uuid,
    CONSTRAINT sign_ups_pk PRIMARY KEY (site_id, id),
    CONSTRAINT sign_ups_state CHECK (state IN ('unconfirmed', 'waiting', 'approved', 'rejected')),
    CONSTRAINT sign_ups_token CHECK ((token_key IS NULL) = (secret_hash IS NULL)),
    CONSTRAINT sign_ups_application FOREIGN KEY (site_id, application_id)
      REFERENCES applications (site_id, id) ON DELETE CASCADE
  );
  CREATE UNIQUE INDEX sign_ups_token_key ON sign_ups (token_key);
  CREATE UNIQUE INDEX sign_ups_open ON sign_ups (site_id, application_id, address_key)
    WHERE state IN ('unconfirmed', 'waiting');
  CREATE INDEX sign_ups_user ON sign_ups (site_id, user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX sign_ups_unconfirmed ON sign_ups (expires_at) WHERE state = 'unconfirmed';
`;
