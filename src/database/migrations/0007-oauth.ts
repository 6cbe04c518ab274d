import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How a connection's client proves who it is without a secret that lives for long. */
export class OAuth1790000000007 implements MigrationInterface {
  readonly name = 'OAuth1790000000007';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- Clients that get short-lived tokens from us (RFC 6749 section 4.4). The id is the client_id.
      CREATE TABLE oauth_clients (
        site_id integer NOT NULL,
        connection_id uuid NOT NULL,
        id uuid NOT NULL,
        -- SHA-256 of 256 random bits
        secret_hash bytea NOT NULL,
        scope text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        CONSTRAINT oauth_clients_pk PRIMARY KEY (site_id, connection_id, id),
        CONSTRAINT oauth_clients_scope CHECK (scope IN ('read', 'write')),
        CONSTRAINT oauth_clients_connection FOREIGN KEY (site_id, connection_id)
          REFERENCES connections (site_id, id) ON DELETE CASCADE
      );

      -- Others whose JWTs are taken.
      CREATE TABLE trusted_issuers (
        site_id integer NOT NULL,
        connection_id uuid NOT NULL,
        id uuid NOT NULL,
        issuer text NOT NULL,
        audience text NOT NULL,
        -- what the claim tid must be
        tenant text,
        -- absent: what the issuer's discovery document says
        jwks_url text,
        -- which azp, appid or sub may come; empty: every one of the issuer's
        clients text[] NOT NULL DEFAULT '{}',
        scope text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT trusted_issuers_pk PRIMARY KEY (site_id, connection_id, id),
        CONSTRAINT trusted_issuers_unique UNIQUE (site_id, connection_id, issuer, audience),
        CONSTRAINT trusted_issuers_scope CHECK (scope IN ('read', 'write')),
        CONSTRAINT trusted_issuers_connection FOREIGN KEY (site_id, connection_id)
          REFERENCES connections (site_id, id) ON DELETE CASCADE
      );
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE trusted_issuers, oauth_clients');
  }
}
