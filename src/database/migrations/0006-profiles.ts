import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What connections decide beside their profile, what their clients were seen to do, and names of groups kept unique. */
export class Profiles1790000000006 implements MigrationInterface {
  readonly name = 'Profiles1790000000006';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE connections
        ADD COLUMN unknown_members text NOT NULL DEFAULT 'reject',
        ADD COLUMN put_omitted text NOT NULL DEFAULT 'clear',
        ADD COLUMN unique_group_names boolean NOT NULL DEFAULT false,
        ADD COLUMN reactivate boolean NOT NULL DEFAULT false,
        ADD COLUMN discovery text NOT NULL DEFAULT 'public',
        ADD CONSTRAINT connections_unknown_members CHECK (unknown_members IN ('reject', 'skip')),
        ADD CONSTRAINT connections_put_omitted CHECK (put_omitted IN ('clear', 'keep')),
        ADD CONSTRAINT connections_discovery CHECK (discovery IN ('public', 'protected'));

      CREATE TABLE connection_traits (
        site_id integer NOT NULL,
        connection_id uuid NOT NULL,
        trait text COLLATE "C" NOT NULL,
        -- of the requests that were looked at, which are not all
        count bigint NOT NULL,
        first_seen timestamptz NOT NULL,
        last_seen timestamptz NOT NULL,
        CONSTRAINT connection_traits_pk PRIMARY KEY (site_id, connection_id, trait),
        CONSTRAINT connection_traits_connection FOREIGN KEY (site_id, connection_id)
          REFERENCES connections (site_id, id) ON DELETE CASCADE
      );

      -- The name again, where the connection that gave it wants it to be the only one: of two that race one is refused.
      ALTER TABLE groups ADD COLUMN unique_name_key text COLLATE "C";
      CREATE UNIQUE INDEX groups_unique_name ON groups (site_id, unique_name_key)
        WHERE unique_name_key IS NOT NULL AND deleted_at IS NULL;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX groups_unique_name;
      ALTER TABLE groups DROP COLUMN unique_name_key;
      DROP TABLE connection_traits;
      ALTER TABLE connections DROP COLUMN unknown_members, DROP COLUMN put_omitted, DROP COLUMN unique_group_names,
        DROP COLUMN reactivate, DROP COLUMN discovery;
    `);
  }
}
