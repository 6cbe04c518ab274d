import type { CommandSource } from '../../../src/change/index.js';
import { sql } from '../../../src/database/index.js';
import {
  type Actor,
  createUser,
  deleteUser,
  emailsOf,
  type ImportedUser,
  type ImportOutcome,
  importUsers,
  newObjectId,
  updateUser,
} from '../../../src/directory/index.js';
import { type LogEntry, listLog } from '../../../src/log/index.js';
import { userProfile } from '../../../src/scim/resources/profiles-of-documents.js';
import { CORE_TYPES, foldDocument, type JsonObject, USER, uniqueValuesOf } from '../../../src/scim/schema/index.js';
import { createWorld, type World } from '../directory-world.js';
import { brokenInvariants } from '../invariants.js';

/** A world with connections that import, and the commands for one object beside those for many. */
export interface ImportStage {
  readonly world: World;
  readonly importer: Importer;
  /** Another connection of the site. */
  connect(name: string): Importer;
  readonly administrator: Importer;
  /** The same connection with a limit on what it removes. */
  limited(importer: Importer, removalLimitCount: number): Importer;
  close(): Promise<void>;
}

export interface Importer {
  readonly actor: Actor;
  importUsers(...users: readonly ImportedUser[]): Promise<ImportOutcome>;
  createUser(attributes: JsonObject, externalId?: string): Promise<string>;
  /** As a PUT does. */
  replaceUser(id: string, attributes: JsonObject, externalId?: string): Promise<void>;
  deleteUser(id: string): Promise<void>;
}

export async function createImportStage(): Promise<ImportStage> {
  const world = await createWorld();
  const connect = (name: string) =>
    importerFor(world, { ...world.actor, source: 'google', connection: { id: newObjectId(), name, adopt: true } });
  return {
    world,
    importer: connect('importer'),
    connect,
    administrator: importerFor(world, world.administrator),
    limited({ actor }, removalLimitCount) {
      if (actor.connection === undefined) throw new Error('An administrator has no limit');
      return importerFor(world, { ...actor, connection: { ...actor.connection, removalLimitCount } });
    },
    async close() {
      const broken = await brokenInvariants(world.database, CORE_TYPES);
      await world.close();
      if (broken.length > 0) throw new Error(broken.join('\n'));
    },
  };
}

function importerFor({ change, database }: World, actor: Actor): Importer {
  const run = <Result>(action: string, source: CommandSource<Result>) =>
    change.run(actor, { action, objectType: 'User' }, source);
  return {
    actor,
    importUsers: (...users) => run('user.import', () => importUsers(actor, users)),
    async createUser(attributes, externalId) {
      const profile = userProfile(USER, documentOf(attributes));
      return (await run('user.create', () => createUser(actor, { profile, externalId, passwordHash: undefined }))).id;
    },
    async replaceUser(id, attributes, externalId) {
      await run('user.update', () =>
        updateUser(actor, id, ({ document }) => ({
          profile: userProfile(USER, documentOf(attributes)),
          previousEmails: emailsOf(document),
          previousUniqueValues: uniqueValuesOf(USER, document as JsonObject),
          externalId,
          passwordHash: undefined,
        })),
      );
    },
    deleteUser: (id) => run('user.delete', () => deleteUser(database, actor, id, () => undefined)),
  };
}

const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** A user's document as the protocol stores it. */
function documentOf(attributes: JsonObject): JsonObject {
  const extensions = Object.keys(attributes).filter((name) => name.includes(':'));
  return { schemas: [USER_SCHEMA, ...extensions], active: true, ...attributes };
}

type Wanted = Partial<Omit<ImportedUser, 'document' | 'folded'>> & { readonly attributes?: JsonObject };

/** A new user with this name, or with `id` what an import says of that one. */
export function imported(wanted: Wanted): ImportedUser {
  const { id, as = id === undefined ? 'new' : 'own', attributes = {}, ...more } = wanted;
  const extensions = Object.keys(attributes).filter((name) => name.includes(':'));
  const document = { schemas: [USER_SCHEMA, ...extensions], ...attributes };
  return {
    id: id ?? newObjectId(),
    as,
    externalId: 'theirs',
    reason: 'differs',
    cleared: [],
    ...more,
    document,
    folded: foldDocument(USER, document),
  };
}

export interface UserRow {
  readonly userName: string;
  readonly state: string;
  readonly owner: string | null;
  readonly version: number;
  readonly modifiedAt: Date;
  readonly document: JsonObject;
  readonly emails: readonly string[];
  /** By connection. */
  readonly identities: Readonly<Record<string, string | null>>;
}

export async function readUser({ database }: World, id: string): Promise<UserRow> {
  const [row] = await database.write<UserRow>(sql`
    SELECT u.user_name AS "userName", u.state, u.owner_connection_id AS owner, u.version, u.modified_at AS "modifiedAt",
      u.document, ARRAY(SELECT e.value_key FROM user_emails e WHERE e.user_id = u.id ORDER BY 1) AS emails,
      coalesce((SELECT jsonb_object_agg(i.connection_id, i.external_id) FROM identities i WHERE i.object_id = u.id), '{}')
        AS identities
    FROM users u WHERE u.id = ${id}`);
  if (row === undefined) throw new Error(`There is no user ${id}`);
  return row;
}

/** What is said of an object, the last first. */
export function logOf({ database, actor }: World, subjectId: string): Promise<LogEntry[]> {
  return listLog(database, { siteId: actor.siteId, subjectId, limit: 20 });
}
