import type { CommandSource } from '../../../src/change/index.js';
import { type Database, sql } from '../../../src/database/index.js';
import {
  type Actor,
  createGroup,
  createUser,
  deleteGroup,
  deleteUser,
  emailsOf,
  type ImportedGroup,
  type ImportedMembers,
  type ImportedUser,
  type ImportOutcome,
  importGroups,
  importMembers,
  importUsers,
  type MemberChange,
  type MembersOutcome,
  newObjectId,
  type ReleasedObject,
  releaseIdentities,
  removeGroups,
  removeUsers,
  updateGroup,
  updateUser,
} from '../../../src/directory/index.js';
import { type LogEntry, listLog } from '../../../src/log/index.js';
import { groupProfile, userProfile } from '../../../src/scim/resources/profiles-of-documents.js';
import {
  CORE_TYPES,
  foldDocument,
  GROUP,
  type JsonObject,
  USER,
  uniqueValuesOf,
} from '../../../src/scim/schema/index.js';
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
  removeUsers(...ids: readonly string[]): Promise<ImportOutcome>;
  importGroups(...groups: readonly ImportedGroup[]): Promise<ImportOutcome>;
  removeGroups(...ids: readonly string[]): Promise<ImportOutcome>;
  importMembers(...changes: readonly MembersWanted[]): Promise<MembersOutcome>;
  release(...objects: readonly Omit<ReleasedObject, 'reason'>[]): Promise<ImportOutcome>;
  createUser(attributes: JsonObject, externalId?: string): Promise<string>;
  /** As a PUT does. */
  replaceUser(id: string, attributes: JsonObject, externalId?: string): Promise<void>;
  deleteUser(id: string): Promise<void>;
  createGroup(attributes: JsonObject, externalId?: string, members?: readonly string[]): Promise<string>;
  /** As a PUT does, but for the members. */
  replaceGroup(id: string, attributes: JsonObject, externalId?: string): Promise<void>;
  changeMembers(id: string, ...members: readonly MemberChange[]): Promise<void>;
  deleteGroup(id: string): Promise<void>;
}

/** What is left out is nobody. */
export type MembersWanted = Partial<ImportedMembers> & { readonly groupId: string };

export function membersWanted(wanted: MembersWanted): ImportedMembers {
  const nobody = { addUserIds: [], removeUserIds: [], addGroupIds: [], removeGroupIds: [] };
  return { ...nobody, reason: 'members differ', ...wanted };
}

/** @param shared see createWorld */
export async function createImportStage(shared?: Database): Promise<ImportStage> {
  const world = await createWorld(shared);
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
    removeUsers: (...ids) => run('user.delete', () => removeUsers(actor, named(ids))),
    importGroups: (...groups) => run('group.import', () => importGroups(actor, groups)),
    removeGroups: (...ids) => run('group.delete', () => removeGroups(actor, named(ids))),
    importMembers: (...changes) => run('group.import-members', () => importMembers(actor, changes.map(membersWanted))),
    release: (...objects) =>
      run('identity.release', () =>
        releaseIdentities(
          actor,
          objects.map((object) => ({ ...object, reason: 'let go' })),
        ),
      ),
    async createGroup(attributes, externalId, members = []) {
      const profile = groupProfile(GROUP, documentOf(attributes, GROUP_SCHEMA));
      const group = { profile, externalId, members, unknownMembers: 'reject' } as const;
      return (await run('group.create', () => createGroup(database, actor, group))).id;
    },
    async replaceGroup(id, attributes, externalId) {
      const profile = groupProfile(GROUP, documentOf(attributes, GROUP_SCHEMA));
      const update = { members: [], unknownMembers: 'reject', edit: () => ({ profile, externalId }) } as const;
      await run('group.update', () => updateGroup(database, actor, id, update));
    },
    async changeMembers(id, ...members) {
      await run('group.update', () => updateGroup(database, actor, id, { members, unknownMembers: 'skip' }));
    },
    deleteGroup: (id) => run('group.delete', () => deleteGroup(actor, id, () => undefined)),
  };
}

const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** A document as the protocol stores it. */
function documentOf(attributes: JsonObject, schema = USER_SCHEMA): JsonObject {
  const extensions = Object.keys(attributes).filter((name) => name.includes(':'));
  const schemas = [schema, ...extensions];
  return schema === USER_SCHEMA ? { schemas, active: true, ...attributes } : { schemas, ...attributes };
}

function named(ids: readonly string[]) {
  return ids.map((id) => ({ id, reason: 'gone there' }));
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

type WantedGroup = Partial<Omit<ImportedGroup, 'document' | 'folded'>> & { readonly attributes?: JsonObject };

/** The same for a group. */
export function importedGroup(wanted: WantedGroup): ImportedGroup {
  const { id, as = id === undefined ? 'new' : 'own', attributes = {}, ...more } = wanted;
  const document = { schemas: [GROUP_SCHEMA], ...attributes };
  return {
    ...{ id: id ?? newObjectId(), as, externalId: 'theirs', reason: 'differs', cleared: [] },
    ...more,
    document,
    folded: foldDocument(GROUP, document),
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

export interface GroupRow {
  readonly displayName: string;
  readonly uniqueNameKey: string | null;
  readonly owner: string | null;
  readonly version: number;
  readonly modifiedAt: Date;
  readonly document: JsonObject;
  readonly deleted: boolean;
  /** Users and groups by id, and who owns the row. */
  readonly members: Readonly<Record<string, string | null>>;
  readonly identities: Readonly<Record<string, string | null>>;
}

export async function readGroup({ database }: World, id: string): Promise<GroupRow> {
  const [row] = await database.write<GroupRow>(sql`
    SELECT g.display_name AS "displayName", g.unique_name_key AS "uniqueNameKey", g.owner_connection_id AS owner,
      g.version, g.modified_at AS "modifiedAt", g.document, g.deleted_at IS NOT NULL AS deleted,
      coalesce((SELECT jsonb_object_agg(member_id, owner_connection_id) FROM (
        SELECT user_id AS member_id, owner_connection_id FROM memberships m WHERE m.group_id = g.id
        UNION ALL SELECT child_group_id, owner_connection_id FROM nestings n WHERE n.group_id = g.id) m), '{}') AS members,
      coalesce((SELECT jsonb_object_agg(i.connection_id, i.external_id) FROM identities i WHERE i.object_id = g.id), '{}')
        AS identities
    FROM groups g WHERE g.id = ${id}`);
  if (row === undefined) throw new Error(`There is no group ${id}`);
  return row;
}

/** What is said of an object, the last first. */
export function logOf({ database, actor }: World, subjectId: string): Promise<LogEntry[]> {
  return listLog(database, { siteId: actor.siteId, subjectId, limit: 20 });
}
