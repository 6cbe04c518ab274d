import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a Google connection hears between its complete runs: hints, and where they come from. */
export class GoogleIncrements1790000000018 implements MigrationInterface {
  readonly name = 'GoogleIncrements1790000000018';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      -- Users and groups that may have changed, each of them once.
      CREATE TABLE google_hints (
        site_id integer NOT NULL,
        connection_id uuid NOT NULL,
        -- deleted-user: somebody of this address was deleted, whoever has it now; members: the group and its
        -- list; left: a group and who is said to have left it
        kind text NOT NULL,
        -- Google's id, or an address in lower case
        key text COLLATE "C" NOT NULL,
        hinted_at timestamptz NOT NULL DEFAULT now(),
        -- the refresh that reads it; one that comes again meanwhile has none
        run_id uuid,
        CONSTRAINT google_hints_pk PRIMARY KEY (site_id, connection_id, kind, key),
        CONSTRAINT google_hints_connection FOREIGN KEY (site_id, connection_id)
          REFERENCES google_connections (site_id, id) ON DELETE CASCADE,
        CONSTRAINT google_hints_kind CHECK (kind IN ('user', 'deleted-user', 'group', 'members', 'left'))
      );

      -- Activities of the Reports API that were looked at, as long as a window may show them once more.
      CREATE TABLE google_activities (
        site_id integer NOT NULL,
        connection_id uuid NOT NULL,
        application text NOT NULL,
        at timestamptz NOT NULL,
        qualifier text COLLATE "C" NOT NULL,
        CONSTRAINT google_activities_pk PRIMARY KEY (site_id, connection_id, application, at, qualifier),
        CONSTRAINT google_activities_connection FOREIGN KEY (site_id, connection_id)
          REFERENCES google_connections (site_id, id) ON DELETE CASCADE
      );

      -- How it stands with a source of hints; a connection without a row has not been looked at yet.
      CREATE TABLE google_hint_sources (
        site_id integer NOT NULL,
        connection_id uuid NOT NULL,
        -- an application of the Reports API, or users.watch
        source text NOT NULL,
        -- when it is looked at again
        due_at timestamptz NOT NULL DEFAULT '-infinity',
        -- since when nothing was missed, as far as the last good look can tell
        good_at timestamptz,
        reason_code text,
        reason_text text,
        CONSTRAINT google_hint_sources_pk PRIMARY KEY (site_id, connection_id, source),
        CONSTRAINT google_hint_sources_connection FOREIGN KEY (site_id, connection_id)
          REFERENCES google_connections (site_id, id) ON DELETE CASCADE,
        CONSTRAINT google_hint_sources_source CHECK (source IN ('admin', 'groups_enterprise', 'users.watch')),
        CONSTRAINT google_hint_sources_reason CHECK ((reason_code IS NULL) = (reason_text IS NULL))
      );

      -- Channels on which Google says what happens to users.
      CREATE TABLE google_channels (
        site_id integer NOT NULL,
        connection_id uuid NOT NULL,
        id uuid NOT NULL,
        event text NOT NULL,
        -- SHA-256: it is never needed again, only recognised
        token_hash bytea NOT NULL,
        -- NULL: Google was asked and has not answered yet
        resource_id text,
        expires_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT google_channels_pk PRIMARY KEY (site_id, connection_id, id),
        CONSTRAINT google_channels_connection FOREIGN KEY (site_id, connection_id)
          REFERENCES google_connections (site_id, id) ON DELETE CASCADE,
        CONSTRAINT google_channels_granted CHECK ((resource_id IS NULL) = (expires_at IS NULL))
      );
      -- A message names nothing else.
      CREATE UNIQUE INDEX google_channels_id ON google_channels (id);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE google_channels, google_hint_sources, google_activities, google_hints`);
  }
}
