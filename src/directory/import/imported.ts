import type { Document } from '../attribute-changes.js';
import type { UniqueValue } from '../unique-values.js';
import type { UserType } from '../users/find-users.js';
import type { UserProfile } from '../users/user-profile.js';

/** Attributes that the import owns. Everything else of a document that is there stays. */
export interface ImportedAttributes {
  /** Those that have a value; an extension (`urn:…`) is one attribute. */
  readonly document: Document;
  /** The same in the form in which filters compare values. */
  readonly folded: Document;
  /** Names of those that have none. */
  readonly cleared: readonly string[];
  /** Of attributes among those that the operator has defined as unique; none unless said otherwise. */
  readonly uniqueValues?: readonly UniqueValue[] | undefined;
  /** Attributes, as attributeChanges names them, that the log names and does not show; none unless said otherwise. */
  readonly secrets?: ReadonlySet<string> | undefined;
}

/**
 * What the import may do to an object; looked at again under the object's lock.
 * - `new`: nobody has the id
 * - `own`: the acting connection is the owner
 * - `adopt`: nobody owns it; it becomes the connection's
 * - `take-over`: whoever owns it, it becomes the connection's
 * - `guest`: somebody else owns it, or nobody, and that stays so
 */
export type ImportRight = 'new' | 'own' | 'adopt' | 'take-over' | 'guest';

interface ImportedObject extends ImportedAttributes {
  /** Chosen by the caller for a new object: see newObjectId. */
  readonly id: string;
  readonly as: ImportRight;
  /** What the acting connection calls the object. */
  readonly externalId: string;
  /** One line for the log that says why. */
  readonly reason: string;
}

/** A user as an import wants it. What is undefined stays as it is. */
export interface ImportedUser extends ImportedObject {
  /** A new user needs one. */
  readonly userName?: string | undefined;
  /** Shown where the user is listed as a member; undefined: worked out from the document. */
  readonly displayName?: string | undefined;
  /** The id of another user, who need not be there. */
  readonly managerId?: string | null | undefined;
  /** Undefined: those of the document. */
  readonly emails?: UserProfile['emails'] | undefined;
  /** What the connection says of it, see statusAfterWord; a new user is active unless said otherwise. */
  readonly active?: boolean | undefined;
  /** Of a new user; `standard` unless said otherwise. */
  readonly type?: UserType | undefined;
  /**
   * Of a user who is there, in place of the attributes above: they are worked out from the document under its lock. May
   * throw a RollcallError, which is about this user alone.
   */
  readonly edit?: ((document: Document) => ImportedAttributes) | undefined;
}

/** A group as an import wants it. */
export interface ImportedGroup extends ImportedObject {
  /** A new group needs one; undefined: stays. */
  readonly displayName?: string | undefined;
}

/** An object that an import takes away or lets go. */
export interface NamedObject {
  readonly id: string;
  /** One line for the log that says why. */
  readonly reason: string;
}

/** Members who come and go. Others stay, whoever put them there. */
export interface ImportedMembers {
  readonly groupId: string;
  readonly addUserIds: readonly string[];
  /** Memberships of another owner stay. */
  readonly removeUserIds: readonly string[];
  readonly addGroupIds: readonly string[];
  readonly removeGroupIds: readonly string[];
  /** One line for the log that says why. */
  readonly reason: string;
}

/** Ids that were to become members of a group and named nobody. */
export interface PassedOver {
  readonly groupId: string;
  readonly memberIds: readonly string[];
}

/** What became of the objects of an import, by id, in their order. */
export interface ImportOutcome {
  readonly changed: readonly string[];
  /** Nothing differed: nothing was written and nothing logged. */
  readonly unchanged: readonly string[];
  /** Not what they were when the import was planned (gone, there already, another owner); left alone. */
  readonly outdated: readonly string[];
  /** Groups that are protected from connections; left alone. */
  readonly refused: readonly string[];
}
