import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What connections are told about access, and direct grants that they give. */
export class Roles1790000000009 implements MigrationInterface {
  readonly name = 'Roles1790000000009';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE connections
        -- which resource types tell it what there is to have
        ADD COLUMN roles text NOT NULL DEFAULT 'none',
        ADD COLUMN show_entitlements boolean NOT NULL DEFAULT false,
        -- what it writes into roles becomes direct grants
        ADD COLUMN assign boolean NOT NULL DEFAULT false,
        ADD COLUMN role_values text NOT NULL DEFAULT 'any',
        ADD CONSTRAINT connections_roles CHECK (roles IN ('none', 'draft', 'okta')),
        ADD CONSTRAINT connections_role_values CHECK (role_values IN ('any', 'published'));

      -- Each connection gives and takes back its own, whatever others gave.
      DROP INDEX grants_user_role;
      CREATE UNIQUE INDEX grants_user_role ON grants (site_id, user_id, role_id, connection_id) NULLS NOT DISTINCT
        WHERE user_id IS NOT NULL;
      CREATE INDEX grants_connection_role ON grants (site_id, connection_id, role_id) WHERE connection_id IS NOT NULL;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX grants_connection_role, grants_user_role;
      DELETE FROM grants later USING grants earlier
      WHERE later.site_id = earlier.site_id AND later.user_id = earlier.user_id AND later.role_id = earlier.role_id
        AND later.id > earlier.id;
      CREATE UNIQUE INDEX grants_user_role ON grants (site_id, user_id, role_id) WHERE user_id IS NOT NULL;

      ALTER TABLE connections
        DROP COLUMN roles, DROP COLUMN show_entitlements, DROP COLUMN assign, DROP COLUMN role_values;
    `);
  }
}
