import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether what a run's walk did not find was counted: once, however often the run is taken up again. */
export class GoogleCounted1790000000022 implements MigrationInterface {
  readonly name = 'GoogleCounted1790000000022';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE google_runs ADD COLUMN absences_counted_at timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE google_runs DROP COLUMN absences_counted_at');
  }
}
