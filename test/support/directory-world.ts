import { type Change, createChange } from '../../src/change/index.js';
import type { Database } from '../../src/database/index.js';
import { sql } from '../../src/database/index.js';
import {
  type Actor,
  createGroup,
  createSite,
  createUser,
  type Document,
  type MemberChange,
  newObjectId,
  type UserProfile,
  updateGroup,
  updateUser,
} from '../../src/directory/index.js';
import { addGrant, createApplication, findApplication, type NewApplication } from '../../src/licensing/index.js';
import { createTestDatabase } from './test-database.js';

/** A site with an acting connection, and short ways to do through `change` what transports do. */
export interface World {
  readonly database: Database;
  readonly change: Change;
  readonly actor: Actor;
  readonly administrator: Actor;
  user(name: string): Promise<string>;
  setActive(id: string, active: boolean): Promise<void>;
  group(name: string, members?: readonly string[]): Promise<string>;
  members(groupId: string, ...changes: readonly MemberChange[]): Promise<void>;
  application(
    application: Partial<NewApplication> & { key: string },
  ): Promise<{ roles: Map<string, string>; licenceId: string | undefined }>;
  grant(roleId: string, groupId: string): Promise<void>;
  /** Who has which role, and who waits, by user id. */
  access(applicationKey: string): Promise<{ held: Map<string, string>; waiting: Map<string, string[]>; used: number }>;
  close(): Promise<void>;
}

/** @param shared a database in which the world is one more site, and which stays when the world is closed */
export async function createWorld(shared?: Database): Promise<World> {
  const { database, drop } = shared === undefined ? await createTestDatabase() : { database: shared, drop: stay };
  const site = await createSite(database, shared === undefined ? 'test' : `test-${newObjectId()}`, 'Test');
  const change = createChange(database);
  const connection = { id: newObjectId(), name: 'test', adopt: false };
  const administrator: Actor = { siteId: site.id, source: 'cli', connection: undefined, correlationId: 'test' };
  const actor: Actor = { ...administrator, source: 'scim', connection };

  return {
    database,
    change,
    actor,
    administrator,
    async user(name) {
      const user = { profile: userProfileOf(name, true), externalId: undefined, passwordHash: undefined };
      return (await change.run(actor, { action: 'user.create', objectType: 'User' }, () => createUser(actor, user))).id;
    },
    async setActive(id, active) {
      await change.run(actor, { action: 'user.update', objectType: 'User' }, () =>
        updateUser(actor, id, (current) => ({
          profile: userProfileOf(current.userName, active),
          previousEmails: [],
          externalId: undefined,
          passwordHash: undefined,
        })),
      );
    },
    async group(name, members = []) {
      const profile = groupProfileOf(name);
      const group = { profile, externalId: undefined, members, unknownMembers: 'reject' as const };
      const created = await change.run(actor, { action: 'group.create', objectType: 'Group' }, () =>
        createGroup(database, actor, group),
      );
      return created.id;
    },
    async members(groupId, ...members) {
      await change.run(actor, { action: 'group.update', objectType: 'Group' }, () =>
        updateGroup(database, actor, groupId, {
          members,
          unknownMembers: 'reject',
          edit: (current) => ({ profile: groupProfileOf(current.displayName), externalId: undefined }),
        }),
      );
    },
    async application({ key, ...rest }) {
      const wanted: NewApplication = {
        key,
        name: key,
        description: undefined,
        roles: [{ key: 'user', takesSeat: true }],
        licence: undefined,
        ...rest,
      };
      await change.run(administrator, { action: 'application.create', objectType: 'Application' }, () =>
        createApplication(administrator, wanted),
      );
      const application = await findApplication(database, site.id, key);
      return {
        roles: new Map(application.roles.map((role) => [role.key, role.id])),
        licenceId: application.licences[0]?.id,
      };
    },
    async grant(roleId, groupId) {
      await change.run(administrator, { action: 'grant.add', objectType: 'Grant' }, () =>
        addGrant(administrator, roleId, { kind: 'group', id: groupId }),
      );
    },
    async access(applicationKey) {
      return accessTo(database, site.id, applicationKey);
    },
    close: drop,
  };
}

async function stay(): Promise<void> {}

async function accessTo(database: Database, siteId: number, key: string) {
  const held = await database.read<{ user_id: string; role: string }>(sql`
    SELECT e.user_id, r.key AS role FROM entitlements e
    JOIN applications a ON a.site_id = e.site_id AND a.id = e.application_id AND a.key = ${key}
    JOIN application_roles r ON r.site_id = e.site_id AND r.id = e.role_id WHERE e.site_id = ${siteId}`);
  const places = await database.read<{ user_id: string; role: string }>(sql`
    SELECT w.user_id, r.key AS role FROM waiting_places w
    JOIN applications a ON a.site_id = w.site_id AND a.id = w.application_id AND a.key = ${key}
    JOIN application_roles r ON r.site_id = w.site_id AND r.id = w.role_id WHERE w.site_id = ${siteId}
    ORDER BY w.since, w.sequence`);
  const counts = await database.read<{ used: number }>(sql`
    SELECT coalesce(sum(l.seats_used), 0) AS used FROM licences l
    JOIN applications a ON a.site_id = l.site_id AND a.id = l.application_id AND a.key = ${key}
    WHERE l.site_id = ${siteId}`);
  const waiting = new Map<string, string[]>();
  for (const place of places) waiting.set(place.user_id, [...(waiting.get(place.user_id) ?? []), place.role]);
  return {
    held: new Map(held.map((row) => [row.user_id, row.role])),
    waiting,
    used: counts[0]?.used ?? 0,
  };
}

function userProfileOf(userName: string, active: boolean): UserProfile {
  const document: Document = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, active };
  const folded = { ...document, userName: userName.toLowerCase() };
  return { userName, displayName: undefined, active, managerId: undefined, emails: [], document, folded };
}

function groupProfileOf(displayName: string) {
  const document = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName };
  return { displayName, document, folded: { ...document, displayName: displayName.toLowerCase() } };
}
