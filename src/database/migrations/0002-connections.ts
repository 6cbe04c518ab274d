import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Provisioning clients and their tokens. */
export class Connections1790000000002 implements MigrationInterface {
  readonly name = 'Connections1790000000002';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE connections (
        site_id integer NOT NULL,
        id uuid NOT NULL,
        -- part of the base URL, so it names the site as well: unique over all sites
        key text COLLATE "C" NOT NULL,
        name text NOT NULL,
        type text NOT NULL,
        profile text NOT NULL,
        state text NOT NULL DEFAULT 'active',
        -- may become the owner of objects that have none
        adopt boolean NOT NULL DEFAULT false,
        sees text NOT NULL DEFAULT 'site',
        passwords text NOT NULL DEFAULT 'ignore',
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT connections_pk PRIMARY KEY (site_id, id),
        CONSTRAINT connections_key_unique UNIQUE (key),
        CONSTRAINT connections_name_unique UNIQUE (site_id, name),
        CONSTRAINT connections_type CHECK (type IN ('scim', 'google')),
        CONSTRAINT connections_state CHECK (state IN ('active', 'paused')),
        CONSTRAINT connections_sees CHECK (sees IN ('site', 'own')),
        CONSTRAINT connections_passwords CHECK (passwords IN ('ignore', 'refuse', 'store'))
      );

      CREATE TABLE connection_tokens (
        site_id integer NOT NULL,
        connection_id uuid NOT NULL,
        id uuid NOT NULL,
        -- SHA-256 of 256 random bits: nothing to guess, so no slow hash is needed on every request
        secret_hash bytea NOT NULL,
        scope text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CONSTRAINT connection_tokens_pk PRIMARY KEY (site_id, connection_id, id),
        CONSTRAINT connection_tokens_scope CHECK (scope IN ('read', 'write')),
        CONSTRAINT connection_tokens_connection FOREIGN KEY (site_id, connection_id)
          REFERENCES connections (site_id, id) ON DELETE CASCADE
      );
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE connection_tokens, connections');
  }
}
