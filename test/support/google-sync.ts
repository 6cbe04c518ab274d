import { sql } from '../../src/database/index.js';
import type { Document } from '../../src/directory/index.js';
import {
  approveRun,
  executeRun,
  type GoogleConnection,
  type PartialGoogleSettings,
  type Run,
  type RunServices,
  requestRun,
} from '../../src/google/index.js';
import { CORE_TYPES, createDirectoryDocuments } from '../../src/scim/index.js';
import { type Emulator, type EmulatorOptions, startGoogleEmulator } from './google-emulator/index.js';
import { createGoogleStage, type GoogleStage } from './google-stage.js';
import { type ScimServer, startScimServer } from './scim-server.js';

/** A server, an emulated Google Workspace, and a connection from one to the other. */
export interface GoogleSync {
  readonly server: ScimServer;
  readonly emulator: Emulator;
  readonly stage: GoogleStage;
  readonly services: RunServices;
  readonly connection: GoogleConnection;
  connect(settings: PartialGoogleSettings, name?: string): Promise<GoogleConnection>;
  /** A run from beginning to end. */
  sync(kind?: 'sync' | 'plan', connection?: GoogleConnection): Promise<Run>;
  approve(run: Run): Promise<Run>;
  /** What a plan holds, in its order. */
  items(run: Run): Promise<Item[]>;
  users(): Promise<Map<string, DirectoryUser>>;
  /** userNames by the display name of each group, direct members alone; nested groups in brackets. */
  groups(): Promise<Map<string, string[]>>;
  /** Everything of the directory that a run could write: versions and the number of entries in the log. */
  marks(): Promise<unknown>;
  /** Makes what was absent be so for that many hours longer. */
  age(hours: number): Promise<void>;
  close(): Promise<void>;
}

export interface Item {
  readonly kind: string;
  readonly action: string;
  readonly name: string | null;
  readonly reason: string;
  readonly state: string;
  readonly removal: boolean;
  readonly data: {
    readonly users?: string[];
    readonly groups?: string[];
    readonly members?: { id: string; why: string }[];
  };
  readonly error: string | null;
}

export interface DirectoryUser {
  readonly id: string;
  readonly userName: string;
  readonly state: string;
  readonly googleId: string | null;
  readonly mine: boolean;
  readonly document: Document;
}

export interface SyncOptions {
  readonly emulator?: EmulatorOptions;
  readonly settings?: PartialGoogleSettings;
  /** One that is there already, and that whoever started it closes. */
  readonly server?: ScimServer;
}

export async function startGoogleSync({
  emulator: options,
  settings = {},
  server: given,
}: SyncOptions = {}): Promise<GoogleSync> {
  const [server, emulator] = await Promise.all([given ?? startScimServer(), startGoogleEmulator(options)]);
  const { database, change, secrets, siteId } = server;
  const stage = createGoogleStage(server, { url: emulator.origin, host: new URL(emulator.origin).host });
  const connect = (given: PartialGoogleSettings, name?: string) =>
    stage.connect(
      { key: JSON.stringify(emulator.keyFor()) },
      { subject: emulator.adminEmail, settings: given, ...(name === undefined ? {} : { name }) },
    );
  const connection = await connect(settings);
  const services: RunServices = {
    config: { google: stage.settings, licensing: server.config.licensing },
    database,
    change,
    secrets,
    documents: createDirectoryDocuments(CORE_TYPES, server.config.limits),
    logger: { warn: (details, message) => console.warn(message, details) },
  };
  const finished = async (key: Run): Promise<Run> => {
    const run = await executeRun(services, key, new AbortController().signal);
    if (run === undefined) throw new Error('Another run is at work');
    return run;
  };
  return {
    server,
    emulator,
    stage,
    services,
    connection,
    connect,
    sync: async (kind = 'sync', of = connection) =>
      finished(await requestRun(database, siteId, of.id, kind, 'operator')),
    async approve(run) {
      await change.run(server.actor(), { action: 'google.approve', objectType: 'Connection' }, () =>
        approveRun(server.actor(), run.id, run.planHash ?? ''),
      );
      return finished(run);
    },
    items: (run) =>
      database.write<Item>(sql`
        SELECT kind, action, object_name AS name, reason, state, removal, data, error_code AS error
        FROM google_plan_items WHERE site_id = ${siteId} AND run_id = ${run.id} ORDER BY phase, sequence`),
    async users() {
      const rows = await database.write<DirectoryUser>(sql`
        SELECT u.id, u.user_name AS "userName", u.state, i.external_id AS "googleId", u.document,
          coalesce(u.owner_connection_id = ${connection.id}, false) AS mine
        FROM users u LEFT JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id AND i.connection_id = ${connection.id}
        WHERE u.site_id = ${siteId} AND u.deleted_at IS NULL`);
      return new Map(rows.map((row) => [row.userName, row]));
    },
    async groups() {
      const rows = await database.write<{ name: string; members: string[] }>(sql`
        SELECT g.display_name AS name, ARRAY(
          SELECT u.user_name FROM memberships m JOIN users u ON u.site_id = m.site_id AND u.id = m.user_id
          WHERE m.site_id = g.site_id AND m.group_id = g.id AND u.deleted_at IS NULL
          UNION ALL SELECT '[' || c.display_name || ']' FROM nestings n
          JOIN groups c ON c.site_id = n.site_id AND c.id = n.child_group_id
          WHERE n.site_id = g.site_id AND n.group_id = g.id ORDER BY 1) AS members
        FROM groups g WHERE g.site_id = ${siteId} AND g.deleted_at IS NULL`);
      return new Map(rows.map(({ name, members }) => [name, members]));
    },
    marks: () =>
      database.write(sql`
        SELECT (SELECT md5(string_agg(u::text, ' ' ORDER BY u.id)) FROM users u) AS users,
          (SELECT md5(string_agg(g::text, ' ' ORDER BY g.id)) FROM groups g) AS groups,
          (SELECT md5(string_agg(m::text, ' ' ORDER BY m.group_id, m.user_id)) FROM memberships m) AS memberships,
          (SELECT md5(string_agg(i::text, ' ' ORDER BY i.object_id, i.connection_id)) FROM identities i) AS identities,
          (SELECT count(*) FROM log_entries) AS entries`),
    async age(hours) {
      await database.write(sql`UPDATE google_absences SET since = since - make_interval(hours => ${hours})`);
    },
    async close() {
      await Promise.all([given === undefined ? server.close() : undefined, emulator.close()]);
    },
  };
}
