import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How many seats were taken on each day, when to warn that they run out, and the way from people who are erased to what
 * webhooks were told of them. The former version goes on beside this
 * one; what it gives and takes is seen only when days are looked through.
 */
export class SeatHistory1790000000014 implements MigrationInterface {
  readonly name = 'SeatHistory1790000000014';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE licences
        -- percent of the seats
        ADD COLUMN warn_at integer[] NOT NULL DEFAULT '{80,100}',
        -- the highest of them that was warned of and from which use has not fallen away since
        ADD COLUMN warned_at integer;

      -- One row a licence and UTC day. No foreign keys: what was used stays known when a licence is gone.
      CREATE TABLE licence_days (
        site_id integer NOT NULL,
        licence_id uuid NOT NULL,
        day date NOT NULL,
        application_id uuid NOT NULL,
        name text NOT NULL,
        -- at the end of the day, or now; null: unlimited
        seats integer,
        used integer NOT NULL,
        -- of the whole day
        highest integer NOT NULL,
        -- the most that were taken beyond the seats
        over integer NOT NULL,
        -- as it was last looked at; null: nobody did on that day
        waiting integer,
        CONSTRAINT licence_days_pk PRIMARY KEY (site_id, licence_id, day)
      );
      CREATE INDEX licence_days_application ON licence_days (site_id, application_id, day);

      CREATE INDEX webhook_deliveries_user ON webhook_deliveries (site_id, user_id) WHERE user_id IS NOT NULL;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX webhook_deliveries_user;
      DROP TABLE licence_days;
      ALTER TABLE licences DROP COLUMN warn_at, DROP COLUMN warned_at;
    `);
  }
}
