import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What applications ask and report by tokens of their own, and seats that are taken back because nobody uses them.
 * New tables only, so that the former version goes on beside this one.
 */
export class ApplicationApi1790000000011 implements MigrationInterface {
  readonly name = 'ApplicationApi1790000000011';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- Bearer tokens of one application each, of which the hash alone is known.
      CREATE TABLE application_tokens (
        site_id integer NOT NULL,
        application_id uuid NOT NULL,
        id uuid NOT NULL,
        -- stands in the token: by it the token is found before its site is known
        key text COLLATE "C" NOT NULL,
        secret_hash bytea NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CONSTRAINT application_tokens_pk PRIMARY KEY (site_id, application_id, id),
        CONSTRAINT application_tokens_key_unique UNIQUE (key),
        CONSTRAINT application_tokens_scopes
          CHECK (cardinality(scopes) > 0 AND scopes <@ ARRAY['access:read', 'activity:write']),
        CONSTRAINT application_tokens_application FOREIGN KEY (site_id, application_id)
          REFERENCES applications (site_id, id) ON DELETE CASCADE
      );

      -- When people last used an application, as it says itself. One row a person and application, whatever it sends;
      -- room on the page keeps the update off the index.
      CREATE TABLE application_activity (
        site_id integer NOT NULL,
        application_id uuid NOT NULL,
        user_id uuid NOT NULL,
        last_active_at timestamptz(3) NOT NULL,
        CONSTRAINT application_activity_pk PRIMARY KEY (site_id, application_id, user_id),
        CONSTRAINT application_activity_application FOREIGN KEY (site_id, application_id)
          REFERENCES applications (site_id, id) ON DELETE CASCADE
      );
      ALTER TABLE application_activity SET (fillfactor = 70);

      -- Unused seats that somebody looks through before they are taken back.
      CREATE TABLE reclaim_batches (
        site_id integer NOT NULL,
        id uuid NOT NULL,
        application_id uuid NOT NULL,
        name text NOT NULL,
        -- unused for as many
        days integer NOT NULL,
        state text NOT NULL DEFAULT 'open',
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        decided_at timestamptz,
        CONSTRAINT reclaim_batches_pk PRIMARY KEY (site_id, id),
        CONSTRAINT reclaim_batches_state CHECK (state IN ('open', 'applied', 'discarded')),
        CONSTRAINT reclaim_batches_application FOREIGN KEY (site_id, application_id)
          REFERENCES applications (site_id, id) ON DELETE CASCADE
      );
      CREATE INDEX reclaim_batches_application_created ON reclaim_batches (site_id, application_id, created_at);

      CREATE TABLE reclaim_items (
        site_id integer NOT NULL,
        batch_id uuid NOT NULL,
        user_id uuid NOT NULL,
        -- the seat, its last use, what would be removed and what stands in the way, as it was when the batch was made
        reviewed jsonb NOT NULL,
        -- once the batch is applied: reclaimed, or why it was left out
        outcome text,
        CONSTRAINT reclaim_items_pk PRIMARY KEY (site_id, batch_id, user_id),
        CONSTRAINT reclaim_items_batch FOREIGN KEY (site_id, batch_id)
          REFERENCES reclaim_batches (site_id, id) ON DELETE CASCADE
      );
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE reclaim_items, reclaim_batches, application_activity, application_tokens');
  }
}
