import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens of a connection that stand for one user. */
export class UserTokens1790000000005 implements MigrationInterface {
  readonly name = 'UserTokens1790000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- The only user that the token reaches; NULL for what the connection itself uses. Without a foreign key: a user
      -- may be erased, and the token then reaches nobody.
      ALTER TABLE connection_tokens ADD COLUMN user_id uuid
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- Without the column they would reach everybody.
      DELETE FROM connection_tokens WHERE user_id IS NOT NULL;
      ALTER TABLE connection_tokens DROP COLUMN user_id
    `);
  }
}
