import { type Sql, sql, type Transaction } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { AttributeChange } from '../attribute-changes.js';
import type { Effects, LockingCommand } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import { requireVerifiedDomain } from '../domains.js';
import { writeIdentity } from '../identities.js';
import { laterThan } from '../later-than.js';
import { countDelta } from '../object-counts.js';
import { linkingDomain, ownerChange, type WriteRight, writeRight } from '../ownership.js';
import { changeUniqueValues, type UniqueValue } from '../unique-values.js';
import { setPassword } from './create-user.js';
import { replaceEmails } from './email-keys.js';
import { lockedUser, lockedUserQuery, nameOrValueHolders, requireUserId, wrongState } from './locked-user.js';
import { STAYS_SUSPENDED, userChanges } from './user-changes.js';
import type { UserGrants, UserProfile, UserRecord } from './user-profile.js';
import {
  nextStatus,
  showsActive,
  statusAfterWord,
  statusColumns,
  type UserEvent,
  type UserStatus,
} from './user-states.js';

export interface UserEdit {
  readonly profile: UserProfile;
  /** The writer says nothing of `active`, which in the profile is what it was. */
  readonly omitsActive?: boolean;
  /** The addresses of the document before, whose keys may have to go. */
  readonly previousEmails: UserProfile['emails'];
  /** The unique values of the document before; none unless said otherwise. */
  readonly previousUniqueValues?: readonly UniqueValue[];
  readonly externalId: string | undefined;
  readonly passwordHash: string | undefined;
  readonly grants?: UserGrants | undefined;
  /** What happens to the user beside; it is not what the document says of `active` then. */
  readonly event?: UserEvent | undefined;
}

export interface UpdatedUser {
  readonly record: UserRecord;
  readonly changed: boolean;
}

/**
 * Replaces what is known of a user. `edit` sees the user under its row lock and says what it shall be; it may throw,
 * and then nothing has happened.
 * @param access see lockedUserQuery
 * @throws RollcallError `user.not-found`, `user.user-name-taken`, `attribute.value-taken`, `ownership.*`,
 *   `user.wrong-state` where an event is not possible
 */
export function updateUser(
  actor: Actor,
  id: string,
  edit: (current: UserRecord) => UserEdit,
  access?: Sql,
): LockingCommand<UpdatedUser> {
  const userId = requireUserId(id);
  return {
    action: 'user.update',
    objectType: 'User',
    objectId: userId,
    structure: 'shared',
    groupIds: [],
    userIds: [userId],
    read: lockedUserQuery(actor, userId, access),
    async run(transaction, held) {
      const current = lockedUser(held.rows, userId);
      const right = writeRight({ kind: 'user', ownerConnectionId: current.ownerConnectionId, protected: false }, actor);
      const wanted = edit(current);
      if (right === 'adopts') await requireLinkingDomain(transaction, actor, current, wanted);
      const status = statusAfter(current, wanted);
      const profile = profileIn(status, wanted.profile);
      return updateEffects(actor, current, { ...wanted, profile, status }, right);
    },
  };
}

function statusAfter(current: UserRecord, { event, omitsActive, profile }: UserEdit): UserStatus {
  if (event === undefined) return statusAfterWord(current.status, omitsActive === true ? undefined : profile.active);
  const status = nextStatus(current.status, event);
  if (status === undefined) throw wrongState(current);
  return status;
}

/** What is written, with the status that follows. */
type Wanted = UserEdit & { readonly status: UserStatus };

/** The profile of a user who has the status: whoever is suspended is not active, whatever a writer says of it. */
function profileIn(status: UserStatus, profile: UserProfile): UserProfile {
  const active = showsActive(status);
  if (profile.active === active) return profile;
  const { document, folded } = profile;
  return { ...profile, active, document: { ...document, active }, folded: { ...folded, active } };
}

function updateEffects(actor: Actor, current: UserRecord, wanted: Wanted, right: WriteRight): Effects<UpdatedUser> {
  const changes = allChanges(actor, current, wanted);
  const changed = changes.length > 0;
  const record = changed ? updatedRecord(current, wanted) : current;
  const links = actor.connection !== undefined && (!current.linked || current.externalId !== record.externalId);
  const owner = right === 'adopts' ? (actor.connection?.id ?? null) : current.ownerConnectionId;
  return {
    result: { record, changed },
    objectId: current.id,
    objectName: record.userName,
    changed: right === 'adopts' ? [...changes, ownerChange(actor)] : changes,
    subjects: [],
    affectedUserIds: record.status.state === current.status.state && wanted.grants === undefined ? [] : [current.id],
    inTheWay: nameOrValueHolders(actor.siteId, wanted.profile, current.id),
    unchanged: !changed && right !== 'adopts',
    ...(showsActive(current.status) && !showsActive(record.status) ? { removal: 'user-disabled' } : {}),
    ...(current.status.state === 'suspended' && wanted.omitsActive !== true ? { decision: STAYS_SUSPENDED } : {}),
    writes: [
      ...(changed || right === 'adopts' ? [writeUser(actor, record, wanted.profile, owner)] : []),
      ...(changed ? valueChanges(actor, current.id, wanted) : []),
      ...(changed ? emailChanges(actor, current.id, wanted) : []),
      ...(links && (changed || right === 'adopts') ? writeIdentity(actor, 'User', current.id, wanted.externalId) : []),
      ...(wanted.grants?.writes(current.id) ?? []),
      ...(wanted.passwordHash === undefined ? [] : [setPassword(actor.siteId, current.id, wanted.passwordHash)]),
      ...(right === 'adopts'
        ? [countDelta(actor.siteId, 'User', null, -1), countDelta(actor.siteId, 'User', owner, 1)]
        : []),
    ],
  };
}

function emailChanges(actor: Actor, userId: string, { previousEmails, profile }: UserEdit): Sql[] {
  return replaceEmails(actor.siteId, [{ userId, before: previousEmails, after: profile.emails }]);
}

function valueChanges(actor: Actor, id: string, { profile, previousUniqueValues = [] }: UserEdit): Sql[] {
  return changeUniqueValues(actor.siteId, 'User', id, previousUniqueValues, profile.uniqueValues ?? []);
}

function allChanges(actor: Actor, current: UserRecord, wanted: Wanted): AttributeChange[] {
  const { profile, status, externalId = null } = wanted;
  const changes = userChanges(actor, current, { document: profile.document, status, externalId }, profile.secrets);
  if (wanted.grants !== undefined) changes.push(wanted.grants.changed);
  // The log names the password and never shows it.
  if (wanted.passwordHash !== undefined) changes.push({ attribute: 'password', old: undefined, new: '(changed)' });
  return changes;
}

function updatedRecord(current: UserRecord, wanted: Wanted): UserRecord {
  return {
    ...current,
    userName: wanted.profile.userName,
    status: wanted.status,
    version: current.version + 1,
    modifiedAt: laterThan(current.modifiedAt),
    document: wanted.profile.document,
    externalId: wanted.externalId ?? null,
    managerId: wanted.profile.managerId ?? null,
  };
}

function writeUser(actor: Actor, record: UserRecord, profile: UserProfile, owner: string | null): Sql {
  const { state, resumesTo } = statusColumns(record.status);
  return sql`
    UPDATE users SET user_name = ${profile.userName}, user_name_key = ${comparisonKey(profile.userName)},
      display_name = ${profile.displayName ?? null}, state = ${state}, resumes_to = ${resumesTo},
      manager_id = ${profile.managerId ?? null}, owner_connection_id = ${owner},
      document = ${JSON.stringify(profile.document)}, folded = ${JSON.stringify(profile.folded)}, version = ${record.version},
      modified_at = ${record.modifiedAt}
    WHERE site_id = ${actor.siteId} AND id = ${record.id}`;
}

/** A connection that found a user by address may take it over only inside the site's own domains (design section 3). */
async function requireLinkingDomain(
  transaction: Transaction,
  actor: Actor,
  current: UserRecord,
  { previousEmails }: UserEdit,
): Promise<void> {
  const domain = linkingDomain(
    current.userName,
    previousEmails.map((email) => email.value),
  );
  if (domain !== undefined) await requireVerifiedDomain(transaction, actor.siteId, domain);
}
