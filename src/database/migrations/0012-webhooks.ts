import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where applications are told of access that people get, change and lose, and what is to be told. */
export class Webhooks1790000000012 implements MigrationInterface {
  readonly name = 'Webhooks1790000000012';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE webhooks (
        site_id integer NOT NULL,
        id uuid NOT NULL,
        -- No foreign key: who lost access because the application was removed is still told to it.
        application_id uuid NOT NULL,
        application_key text COLLATE "C" NOT NULL,
        url text NOT NULL,
        state text NOT NULL DEFAULT 'enabled',
        disabled_reason text,
        -- sealed
        secret bytea NOT NULL,
        previous_secret bytea,
        previous_secret_until timestamptz,
        -- since the last delivery that came through
        failures integer NOT NULL DEFAULT 0,
        failing_since timestamptz,
        paused_until timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT webhooks_pk PRIMARY KEY (site_id, id),
        CONSTRAINT webhooks_state CHECK (state IN ('enabled', 'disabled')),
        CONSTRAINT webhooks_disabled_reason CHECK (disabled_reason IN ('operator', 'gone', 'failing')),
        CONSTRAINT webhooks_disabled CHECK ((state = 'disabled') = (disabled_reason IS NOT NULL))
      );
      CREATE INDEX webhooks_application ON webhooks (site_id, application_id) WHERE state = 'enabled';

      -- One event for one webhook. It is written by the transaction that changes the access.
      CREATE TABLE webhook_deliveries (
        site_id integer NOT NULL,
        webhook_id uuid NOT NULL,
        id uuid NOT NULL DEFAULT uuidv7(),
        -- The order of what happened to one person, whatever the clocks say.
        sequence bigint GENERATED ALWAYS AS IDENTITY,
        type text NOT NULL,
        occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        user_id uuid,
        user_name text,
        -- keys of roles
        role_before text,
        role_after text,
        reason text,
        action text,
        state text NOT NULL DEFAULT 'pending',
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL DEFAULT now(),
        -- when it happened, or when it was asked for again
        trying_since timestamptz NOT NULL DEFAULT now(),
        -- A process that sends it has it until then; the lease proves which one.
        lease uuid,
        leased_until timestamptz,
        last_attempt_at timestamptz,
        last_status integer,
        last_error text,
        finished_at timestamptz,
        CONSTRAINT webhook_deliveries_pk PRIMARY KEY (site_id, webhook_id, id),
        CONSTRAINT webhook_deliveries_state CHECK (state IN ('pending', 'delivered', 'failed'))
      );
      CREATE INDEX webhook_deliveries_due ON webhook_deliveries (site_id, webhook_id, next_attempt_at, sequence)
        WHERE state = 'pending';
      CREATE INDEX webhook_deliveries_order ON webhook_deliveries (site_id, webhook_id, user_id, sequence)
        WHERE state = 'pending';
      CREATE INDEX webhook_deliveries_leased ON webhook_deliveries (site_id, webhook_id, leased_until)
        WHERE lease IS NOT NULL;
      CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (site_id, webhook_id, state, finished_at)
        WHERE state <> 'pending';
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE webhook_deliveries, webhooks');
  }
}
