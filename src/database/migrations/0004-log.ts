import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ensureMonthlyPartitions } from '../partitions.js';

/**
 * The provisioning log. Partitioned by month, so that retention drops partitions. The first months are made here;
 * the server adds later ones every day (log/log-partitions.ts).
 */
export class Log1790000000004 implements MigrationInterface {
  readonly name = 'Log1790000000004';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE log_entries (
        site_id integer NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        id uuid NOT NULL,
        source text NOT NULL,
        connection_id uuid,
        action text NOT NULL,
        object_type text NOT NULL,
        object_id uuid,
        outcome text NOT NULL,
        error_code text,
        -- match, scope, decide, apply, licence: how far it came and what was found there
        steps jsonb NOT NULL,
        -- names of the attributes that changed; their values are personal
        changed text[] NOT NULL,
        -- names, addresses, old and new values: the one column that erasing a person empties, with its salt
        personal jsonb,
        salt bytea,
        -- SHA-256 of salt and text of personal: what the seal covers, so that it still verifies after an erasure
        personal_hash bytea NOT NULL,
        -- the first 100 subjects, so that a list needs no second lookup, and how many there are
        subjects jsonb NOT NULL,
        subject_count integer NOT NULL,
        correlation_id text NOT NULL,
        duration_microseconds integer NOT NULL,
        -- a batch is sealed only below pg_snapshot_xmin, so that a late commit cannot land in it
        transaction_id bigint NOT NULL DEFAULT (pg_current_xact_id()::text)::bigint,
        CONSTRAINT log_entries_pk PRIMARY KEY (site_id, at, id),
        CONSTRAINT log_entries_source CHECK (source IN ('scim', 'google', 'portal', 'cli', 'system')),
        CONSTRAINT log_entries_outcome CHECK (outcome IN ('success', 'failure', 'skipped', 'waiting'))
      ) PARTITION BY RANGE (at);
      CREATE INDEX log_entries_not_plain ON log_entries (site_id, outcome, at) WHERE outcome <> 'success';

      -- Whom an entry is about: a group of 100,000 is one entry, and a user's history one indexed read.
      CREATE TABLE log_subjects (
        site_id integer NOT NULL,
        subject_id uuid NOT NULL,
        at timestamptz NOT NULL,
        entry_id uuid NOT NULL,
        kind text NOT NULL,
        effect text NOT NULL,
        CONSTRAINT log_subjects_pk PRIMARY KEY (site_id, subject_id, at, entry_id, effect)
      ) PARTITION BY RANGE (at);
    `);
    for (const table of ['log_entries', 'log_subjects']) {
      await ensureMonthlyPartitions((text) => queryRunner.query(text), table, new Date(), 3);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE log_subjects, log_entries');
  }
}
