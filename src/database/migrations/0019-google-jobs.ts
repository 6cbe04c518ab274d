import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What the jobs of the Google sync look at again and again. The former version goes on beside this one: it fills the
 * column nowhere.
 */
export class GoogleJobs1790000000019 implements MigrationInterface {
  readonly name = 'GoogleJobs1790000000019';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- since when the log says that what was read is too old, or cannot be read; null: all is well
      ALTER TABLE google_connections ADD COLUMN stale_since timestamptz;
      CREATE INDEX google_runs_unfinished ON google_runs (site_id, connection_id)
        WHERE state IN ('queued', 'walking', 'planning', 'applying');
      CREATE INDEX google_runs_waiting ON google_runs (approval_expires_at) WHERE state = 'awaiting-approval';
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX google_runs_waiting, google_runs_unfinished;
      ALTER TABLE google_connections DROP COLUMN stale_since;
    `);
  }
}
