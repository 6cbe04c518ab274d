import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Resources of types that the operator has defined, and values that must be unique in a site. */
export class Resources1790000000008 implements MigrationInterface {
  readonly name = 'Resources1790000000008';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE resources (
        site_id integer NOT NULL,
        -- the name of its resource type
        type text COLLATE "C" NOT NULL,
        id uuid NOT NULL,
        owner_connection_id uuid,
        document jsonb NOT NULL,
        folded jsonb NOT NULL,
        version bigint NOT NULL DEFAULT 1,
        created_at timestamptz(3) NOT NULL DEFAULT now(),
        modified_at timestamptz(3) NOT NULL DEFAULT now(),
        deleted_at timestamptz,
        CONSTRAINT resources_pk PRIMARY KEY (site_id, type, id)
      );
      CREATE INDEX resources_folded ON resources USING gin (folded jsonb_path_ops) WITH (fastupdate = off)
        WHERE deleted_at IS NULL;

      -- Attributes of an operator's schemas with the uniqueness 'server' or 'global', of living objects.
      CREATE TABLE unique_values (
        site_id integer NOT NULL,
        resource_type text COLLATE "C" NOT NULL,
        attribute text COLLATE "C" NOT NULL,
        value_key text COLLATE "C" NOT NULL,
        object_id uuid NOT NULL,
        CONSTRAINT unique_values_pk PRIMARY KEY (site_id, resource_type, attribute, value_key)
      );
      CREATE INDEX unique_values_object ON unique_values (site_id, object_id);

      ALTER TABLE identities
        DROP CONSTRAINT identities_object_type,
        ADD CONSTRAINT identities_object_type CHECK (object_type IN ('User', 'Group', 'Resource'));
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DELETE FROM identities WHERE object_type = 'Resource';
      DELETE FROM object_count_deltas WHERE object_type LIKE 'Resource %';
      ALTER TABLE identities
        DROP CONSTRAINT identities_object_type,
        ADD CONSTRAINT identities_object_type CHECK (object_type IN ('User', 'Group'));
      DROP TABLE unique_values, resources;
    `);
  }
}
