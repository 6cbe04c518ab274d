import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Google Workspaces that are read: what a connection of the type google has beside its row in `connections`. */
export class GoogleConnections1790000000015 implements MigrationInterface {
  readonly name = 'GoogleConnections1790000000015';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE google_connections (
        site_id integer NOT NULL,
        id uuid NOT NULL,
        customer text,
        domain text,
        -- for whom the service account acts; NULL: for itself
        subject text,
        -- sealed
        credential bytea,
        -- of the operator's config
        keyless text,
        service_account text NOT NULL,
        key_id text,
        settings jsonb NOT NULL,
        interval_minutes integer NOT NULL,
        state text NOT NULL DEFAULT 'active',
        reason_code text,
        reason_text text,
        state_since timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT google_connections_pk PRIMARY KEY (site_id, id),
        CONSTRAINT google_connections_connection FOREIGN KEY (site_id, id) REFERENCES connections (site_id, id)
          ON DELETE CASCADE,
        CONSTRAINT google_connections_whole CHECK ((customer IS NULL) <> (domain IS NULL)),
        CONSTRAINT google_connections_own_role CHECK (
          subject IS NOT NULL OR (customer IS NOT NULL AND customer <> 'my_customer')),
        CONSTRAINT google_connections_credential CHECK ((credential IS NULL) <> (keyless IS NULL)),
        CONSTRAINT google_connections_interval CHECK (interval_minutes > 0),
        CONSTRAINT google_connections_state CHECK (state IN ('active', 'paused', 'needs-attention')),
        CONSTRAINT google_connections_reason CHECK (
          (state = 'needs-attention') = (reason_code IS NOT NULL)
          AND (reason_code IS NULL) = (reason_text IS NULL))
      );
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE google_connections;
      DELETE FROM connections WHERE type = 'google';
    `);
  }
}
