import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Seals of the provisioning log: hashes over batches of entries, each over the one before.
 *
 * A batch holds the entries of one month from a range of transactions that were all over when it was sealed, so that
 * nothing can be committed into it later, and a month can be dropped with its batches whole.
 */
export class LogSeals1790000000021 implements MigrationInterface {
  readonly name = 'LogSeals1790000000021';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE log_seals (
        site_id integer NOT NULL,
        sequence bigint NOT NULL,
        -- the first day of the month in which its entries lie, UTC
        month date NOT NULL,
        -- transactions from here on, and below that
        from_transaction bigint NOT NULL,
        to_transaction bigint NOT NULL,
        entries integer NOT NULL,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        -- of the seal before; 32 zero bytes for the first
        previous_hash bytea NOT NULL,
        hash bytea NOT NULL,
        sealed_at timestamptz NOT NULL DEFAULT now(),
        -- its entries were dropped with their month by then: the seal stays as a checkpoint
        dropped_at timestamptz,
        CONSTRAINT log_seals_pk PRIMARY KEY (site_id, sequence),
        CONSTRAINT log_seals_range CHECK (from_transaction < to_transaction),
        CONSTRAINT log_seals_hash CHECK (length(hash) = 32 AND length(previous_hash) = 32)
      );

      CREATE INDEX log_entries_transaction ON log_entries (site_id, transaction_id);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX log_entries_transaction; DROP TABLE log_seals');
  }
}
