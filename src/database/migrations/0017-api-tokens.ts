import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tokens by which programs of an administrator use the API, what they asked for under an Idempotency-Key, and who they
 * are in the log. The former version goes on beside this one: it knows nothing of such tokens and writes no such
 * entries.
 */
export class ApiTokens1790000000017 implements MigrationInterface {
  readonly name = 'ApiTokens1790000000017';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE api_tokens (
        site_id integer NOT NULL,
        id uuid NOT NULL,
        -- part of the token, by which it is found: unique over all sites
        key text COLLATE "C" NOT NULL,
        name text NOT NULL,
        -- SHA-256 of 256 random bits
        secret_hash bytea NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CONSTRAINT api_tokens_pk PRIMARY KEY (site_id, id),
        CONSTRAINT api_tokens_key_unique UNIQUE (key),
        CONSTRAINT api_tokens_scopes CHECK (cardinality(scopes) > 0)
      );

      CREATE TABLE api_requests (
        site_id integer NOT NULL,
        token_id uuid NOT NULL,
        -- the client's Idempotency-Key
        key text COLLATE "C" NOT NULL,
        -- which of several tries has it in hand
        attempt uuid NOT NULL,
        -- SHA-256 of method, address and body
        request_hash bytea NOT NULL,
        started_at timestamptz NOT NULL DEFAULT now(),
        -- set in the transaction of the change itself
        done boolean NOT NULL DEFAULT false,
        -- sealed: it may show a new secret; null until it is known
        answer bytea,
        CONSTRAINT api_requests_pk PRIMARY KEY (site_id, token_id, key),
        CONSTRAINT api_requests_token FOREIGN KEY (site_id, token_id) REFERENCES api_tokens (site_id, id)
          ON DELETE CASCADE
      );
      CREATE INDEX api_requests_started ON api_requests (started_at);

      ALTER TABLE log_entries ADD COLUMN api_token_id uuid;
      CREATE INDEX log_entries_api_token ON log_entries (site_id, api_token_id, at) WHERE api_token_id IS NOT NULL;
      -- What is there passed a narrower one, so that nothing has to be looked through.
      ALTER TABLE log_entries DROP CONSTRAINT log_entries_source;
      ALTER TABLE log_entries ADD CONSTRAINT log_entries_source
        CHECK (source IN ('scim', 'google', 'portal', 'api', 'cli', 'system')) NOT VALID;
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE log_entries SET source = 'portal' WHERE source = 'api';
      ALTER TABLE log_entries DROP CONSTRAINT log_entries_source;
      ALTER TABLE log_entries ADD CONSTRAINT log_entries_source
        CHECK (source IN ('scim', 'google', 'portal', 'cli', 'system'));
      DROP INDEX log_entries_api_token;
      ALTER TABLE log_entries DROP COLUMN api_token_id;
      DROP TABLE api_requests;
      DROP TABLE api_tokens;
    `);
  }
}
