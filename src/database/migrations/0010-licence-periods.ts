import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Licences for a time, applications with an owner and a state, and their default groups.
 *
 * A role may be covered by several licences one after the other; `in_force` marks the one that counts now, so that a
 * settlement needs no dates. The former version knows one licence a role: it reads and writes the marked rows only as
 * long as nobody makes a licence for later, which is a command of this version.
 */
export class LicencePeriods1790000000010 implements MigrationInterface {
  readonly name = 'LicencePeriods1790000000010';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE applications
        -- a user of the site who answers for it; need not be there any more
        ADD COLUMN owner_user_id uuid,
        ADD COLUMN state text NOT NULL DEFAULT 'active',
        ADD CONSTRAINT applications_state CHECK (state IN ('active', 'disabled'));

      -- Roles change their places within one statement.
      ALTER TABLE application_roles
        DROP CONSTRAINT application_roles_rank_unique,
        ADD CONSTRAINT application_roles_rank_unique UNIQUE (site_id, application_id, rank) DEFERRABLE;

      ALTER TABLE licences
        ADD COLUMN valid_from timestamptz,
        ADD COLUMN valid_until timestamptz,
        ADD CONSTRAINT licences_period CHECK (valid_from < valid_until);

      ALTER TABLE licence_roles
        ADD COLUMN in_force boolean NOT NULL DEFAULT true,
        DROP CONSTRAINT licence_roles_pk,
        ADD CONSTRAINT licence_roles_pk PRIMARY KEY (site_id, licence_id, role_id);
      CREATE UNIQUE INDEX licence_roles_in_force ON licence_roles (site_id, role_id) WHERE in_force;

      -- Where people are put who are given a role of an application in the portal, by invitation or sign-up.
      CREATE TABLE default_groups (
        site_id integer NOT NULL,
        role_id uuid NOT NULL,
        group_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT default_groups_pk PRIMARY KEY (site_id, role_id, group_id),
        CONSTRAINT default_groups_role FOREIGN KEY (site_id, role_id)
          REFERENCES application_roles (site_id, id) ON DELETE CASCADE
      );
      CREATE INDEX default_groups_group ON default_groups (site_id, group_id);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE default_groups;
      DROP INDEX licence_roles_in_force;
      DELETE FROM licence_roles WHERE NOT in_force;
      ALTER TABLE licence_roles
        DROP CONSTRAINT licence_roles_pk,
        ADD CONSTRAINT licence_roles_pk PRIMARY KEY (site_id, role_id),
        DROP COLUMN in_force;
      ALTER TABLE licences DROP COLUMN valid_from, DROP COLUMN valid_until;
      ALTER TABLE application_roles
        DROP CONSTRAINT application_roles_rank_unique,
        ADD CONSTRAINT application_roles_rank_unique UNIQUE (site_id, application_id, rank);
      ALTER TABLE applications DROP COLUMN owner_user_id, DROP COLUMN state;
    `);
  }
}
