import { type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { attributeChanges } from '../attribute-changes.js';
import type { LockingCommand, StandaloneCommand } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import { writeIdentity } from '../identities.js';
import { countDelta } from '../object-counts.js';
import { newObjectId } from '../object-id.js';
import { takeUniqueValues } from '../unique-values.js';
import { addEmails } from './email-keys.js';
import { nameOrValueHolders } from './locked-user.js';
import type { UserGrants, UserProfile, UserRecord } from './user-profile.js';

export interface NewUser {
  readonly profile: UserProfile;
  readonly externalId: string | undefined;
  /** argon2id, computed before the transaction. */
  readonly passwordHash: string | undefined;
}

/**
 * Creates a user that belongs to the acting connection. A new user is in no group and holds no grant, so nobody's
 * access can change and the command is a single statement.
 * @throws RollcallError `user.user-name-taken` when a visible user of the site has the name, `attribute.value-taken`
 */
export function createUser(actor: Actor, user: NewUser): StandaloneCommand<UserRecord> {
  const id = newObjectId();
  return {
    action: 'user.create',
    objectType: 'User',
    objectId: id,
    standalone() {
      const record = newRecord(actor, id, user, new Date());
      return {
        result: record,
        objectId: id,
        objectName: user.profile.userName,
        changed: attributeChanges({}, user.profile.document, user.profile.secrets),
        subjects: [],
        affectedUserIds: [],
        inTheWay: nameOrValueHolders(actor.siteId, user.profile, id),
        // Asked for only where the user is written alone.
        get writes() {
          return creation(actor, record, user);
        },
      };
    },
  };
}

/**
 * The same for a user who comes with direct grants: seats are taken, so that roles and licences must stay as they are
 * meanwhile. Nobody else can know of the user yet.
 * @throws RollcallError also `licence.out-of-seats`
 */
export function createUserWithGrants(actor: Actor, user: NewUser, grants: UserGrants): LockingCommand<UserRecord> {
  const { standalone, ...described } = createUser(actor, user);
  return {
    ...described,
    structure: 'shared',
    groupIds: [],
    userIds: [],
    async run() {
      const effects = standalone();
      const { id } = effects.result;
      return {
        ...effects,
        changed: [...effects.changed, grants.changed],
        affectedUserIds: [id],
        writes: [...effects.writes, ...grants.writes(id)],
      };
    },
  };
}

function newRecord(actor: Actor, id: string, { profile, externalId }: NewUser, createdAt: Date): UserRecord {
  return {
    id,
    userName: profile.userName,
    status: { state: profile.active ? 'active' : 'deactivated' },
    ownerConnectionId: actor.connection?.id ?? null,
    version: 1,
    createdAt,
    modifiedAt: createdAt,
    document: profile.document,
    externalId: externalId ?? null,
    linked: actor.connection !== undefined,
    managerId: profile.managerId ?? null,
    groupIds: null,
    groupsVersion: 0,
    access: null,
  };
}

function creation(actor: Actor, { id, createdAt }: UserRecord, { profile, externalId, passwordHash }: NewUser): Sql[] {
  return [
    insertUser(actor, id, profile, createdAt),
    ...addEmails(actor.siteId, [{ userId: id, emails: profile.emails }]),
    ...takeUniqueValues(actor.siteId, 'User', [{ objectId: id, values: profile.uniqueValues ?? [] }]),
    ...writeIdentity(actor, 'User', id, externalId),
    ...(passwordHash === undefined ? [] : [setPassword(actor.siteId, id, passwordHash)]),
    countDelta(actor.siteId, 'User', actor.connection?.id ?? null, 1),
  ];
}

function insertUser(actor: Actor, id: string, profile: UserProfile, createdAt: Date): Sql {
  return sql`
    INSERT INTO users (site_id, id, user_name, user_name_key, display_name, state, manager_id, owner_connection_id,
      document, folded, created_at, modified_at)
    VALUES (${actor.siteId}, ${id}, ${profile.userName}, ${comparisonKey(profile.userName)},
      ${profile.displayName ?? null}, ${profile.active ? 'active' : 'deactivated'}, ${profile.managerId ?? null},
      ${actor.connection?.id ?? null}, ${JSON.stringify(profile.document)}, ${JSON.stringify(profile.folded)},
      ${createdAt}, ${createdAt})`;
}

/** Stores the hash of a user's SCIM password, for connections that ask for it. */
export function setPassword(siteId: number, userId: string, hash: string): Sql {
  return sql`
    INSERT INTO user_passwords (site_id, user_id, hash) VALUES (${siteId}, ${userId}, ${hash})
    ON CONFLICT (site_id, user_id) DO UPDATE SET hash = excluded.hash, set_at = now()`;
}
