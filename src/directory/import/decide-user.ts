import { RollcallError } from '../../errors/index.js';
import type { Actor } from '../actor.js';
import { type AttributeChange, attributeChanges, type Document } from '../attribute-changes.js';
import type { NamedEffects } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import { differingValues, type UniqueValue } from '../unique-values.js';
import { emailsOf } from '../users/email-keys.js';
import type { InsertedUser } from '../users/insert-users.js';
import { STAYS_SUSPENDED, userChanges } from '../users/user-changes.js';
import type { UserProfile } from '../users/user-profile.js';
import { showsActive, statusAfterWord, type UserStatus } from '../users/user-states.js';
import type { CurrentUser } from './current-users.js';
import type { ImportedUser } from './imported.js';
import { type Merged, mergeAttributes, mergeUniqueValues } from './merge-attributes.js';
import { ownerAfter, ownerChanges, stillFits } from './rights.js';

/** A user as it was and as it is to be. */
export interface ChangedUser {
  readonly before: CurrentUser;
  readonly profile: Omit<UserProfile, 'active' | 'folded' | 'uniqueValues'>;
  readonly values: { readonly gone: readonly UniqueValue[]; readonly added: readonly UniqueValue[] };
  readonly previousEmails: UserProfile['emails'];
  readonly status: UserStatus;
  readonly ownerConnectionId: string | null;
  readonly externalId: string;
  readonly merged: Merged;
  /** Whether anything differs that clients read. */
  readonly visibly: boolean;
}

/** What is to be done about one user. */
export type UserDecision =
  | { readonly kind: 'outdated' | 'unchanged' }
  | { readonly kind: 'created'; readonly user: InsertedUser; readonly effects: NamedEffects }
  | { readonly kind: 'updated'; readonly user: ChangedUser; readonly effects: NamedEffects };

/**
 * @param current the user as it stands under its lock; undefined when there is none
 * @param held whether the user is visible and locked
 */
export function decideUser(
  actor: Actor,
  wanted: ImportedUser,
  current: CurrentUser | undefined,
  held: boolean,
): UserDecision {
  const imported = edited(wanted, current);
  const { as } = imported;
  if (as === 'new') return current === undefined ? decideNew(imported) : { kind: 'outdated' };
  if (current === undefined || !held || !stillFits(as, current.ownerConnectionId, actor)) return { kind: 'outdated' };
  const user = changedUser(actor, imported, current);
  const changes = changesOf(actor, imported, user);
  const owner = ownerChanges(actor, current.ownerConnectionId, user.ownerConnectionId);
  const links = actor.connection !== undefined && !current.linked;
  if (changes.length + owner.length === 0 && !links) return { kind: 'unchanged' };
  return {
    kind: 'updated',
    user: { ...user, visibly: changes.some(({ attribute }) => as !== 'guest' || attribute !== 'externalId') },
    effects: updateEffects(imported, user, [...changes, ...owner]),
  };
}

/** @throws RollcallError of the edit, with the user as its object */
function edited(imported: ImportedUser, current: CurrentUser | undefined): ImportedUser {
  if (imported.edit === undefined || current === undefined) return imported;
  try {
    return { ...imported, ...imported.edit(current.document) };
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    const { kind, code, message, details } = error;
    throw new RollcallError(kind, code, message, { ...details, objects: [imported.id] }, { cause: error });
  }
}

function decideNew(imported: ImportedUser): UserDecision {
  const { id, userName, active = true, managerId, externalId, reason, secrets, uniqueValues = [], type } = imported;
  if (userName === undefined) throw new Error(`The new user ${id} has no userName`);
  const { document, folded } = merge({}, imported, userName, active);
  const displayName = imported.displayName ?? shownName(document);
  const emails = imported.emails ?? emailsOf(document);
  const profile: UserProfile = {
    ...{ userName, displayName, active, managerId: managerId ?? undefined, emails, uniqueValues },
    ...{ document, folded },
  };
  return {
    kind: 'created',
    user: { id, createdAt: new Date(), profile, externalId, type },
    effects: {
      action: 'user.create',
      objectType: 'User',
      objectId: id,
      objectName: userName,
      changed: [
        ...attributeChanges({}, document, secrets),
        ...(type === undefined || type === 'standard' ? [] : [{ attribute: 'userType', old: undefined, new: type }]),
      ],
      subjects: [],
      decision: reason,
    },
  };
}

function changedUser(actor: Actor, imported: ImportedUser, before: CurrentUser): Omit<ChangedUser, 'visibly'> {
  const status = statusAfterWord(before.status, imported.active);
  const { userName = before.userName, managerId = before.managerId, externalId, secrets } = imported;
  const merged = merge(before.document, imported, imported.userName, showsActive(status));
  const { document } = merged;
  const profile = {
    ...{ userName, displayName: imported.displayName ?? shownName(document), managerId: managerId ?? undefined },
    emails: imported.emails ?? emailsOf(document),
    ...(secrets === undefined ? {} : { secrets }),
    document,
  };
  const ownerConnectionId =
    imported.as === 'new' ? before.ownerConnectionId : ownerAfter(imported.as, before.ownerConnectionId, actor);
  const previousEmails = emailsOf(before.document);
  const values = differingValues(before.uniqueValues, mergeUniqueValues(before.uniqueValues, imported));
  return { before, profile, values, previousEmails, status, ownerConnectionId, externalId, merged };
}

/** The document shows what has columns of its own as well; what it is given of `active` counts for nothing. */
function merge(before: Document, imported: ImportedUser, userName: string | undefined, active: boolean): Merged {
  const { document, given, folded, cleared } = mergeAttributes(before, imported);
  const shown = document.active ?? (imported.as === 'new' ? undefined : true);
  const word = shown === active ? {} : { active };
  const name = userName === undefined ? {} : { userName };
  const key = userName === undefined ? {} : { userName: comparisonKey(userName) };
  return {
    document: { ...document, ...name, ...word },
    given: { ...given, ...name, ...word },
    folded: { ...folded, ...key, ...word },
    cleared,
  };
}

/** As shownNameKey has it. */
function shownName({ displayName, name }: Document): string | undefined {
  if (typeof displayName === 'string') return displayName;
  const { formatted } = (name ?? {}) as { formatted?: unknown };
  return typeof formatted === 'string' ? formatted : undefined;
}

function changesOf(
  actor: Actor,
  { externalId }: ImportedUser,
  { before, profile, status }: Omit<ChangedUser, 'visibly'>,
): AttributeChange[] {
  const changes = userChanges(actor, before, { document: profile.document, status, externalId }, profile.secrets);
  // Kept beside the document, and told where the document does not tell it.
  const columns = [
    ['displayName', before.displayName ?? undefined, profile.displayName],
    ['manager', before.managerId ?? undefined, profile.managerId],
  ] as const;
  for (const [attribute, old, current] of columns) {
    if (old !== current && changes.length === 0) changes.push({ attribute, old, new: current });
  }
  return changes;
}

function updateEffects(
  { reason, active }: ImportedUser,
  { before, profile, status }: Omit<ChangedUser, 'visibly'>,
  changed: readonly AttributeChange[],
): NamedEffects {
  const suspended = before.status.state === 'suspended' && active !== undefined;
  return {
    action: 'user.update',
    objectType: 'User',
    objectId: before.id,
    objectName: profile.userName,
    changed,
    subjects: [],
    decision: suspended ? `${reason}; ${STAYS_SUSPENDED}` : reason,
    ...(showsActive(before.status) && !showsActive(status) ? { removal: 'user-disabled' } : {}),
  };
}
