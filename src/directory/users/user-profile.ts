import type { Sql } from '../../database/index.js';
import type { AttributeChange, Document } from '../attribute-changes.js';
import type { UniqueValue } from '../unique-values.js';
import type { UserStatus } from './user-states.js';

/** What a writer says about a user, already validated: keys for rules and indexes, and the document they come from. */
export interface UserProfile {
  readonly userName: string;
  /** Shown where the user is listed as a member. */
  readonly displayName: string | undefined;
  readonly active: boolean;
  /** The id of another user, who need not be there. */
  readonly managerId: string | undefined;
  readonly emails: readonly { readonly value: string; readonly type: string | undefined }[];
  /** Attributes, as attributeChanges names them, that the log names and does not show; none unless said otherwise. */
  readonly secrets?: ReadonlySet<string>;
  /** Of attributes that the operator has defined as unique; none unless said otherwise. */
  readonly uniqueValues?: readonly UniqueValue[];
  readonly document: Document;
  readonly folded: Document;
}

/** Direct grants that come or go with a change of the user: see licensing. The user's access is settled anew. */
export interface UserGrants {
  readonly changed: AttributeChange;
  readonly writes: (userId: string) => readonly Sql[];
}

/** A user as commands see it, under its row lock. */
export interface UserRecord {
  readonly id: string;
  readonly userName: string;
  readonly status: UserStatus;
  readonly ownerConnectionId: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly document: Document;
  /** What the acting connection calls the user; null without an identity or externalId. */
  readonly externalId: string | null;
  readonly linked: boolean;
  readonly managerId: string | null;
  /** The groups that the user is in directly, as PostgreSQL writes an array, and the version of what they are. */
  readonly groupIds: string | null;
  readonly groupsVersion: number;
  /** What whoever made the command asked to read beside the user, as JSON; null when that was nothing. */
  readonly access: unknown;
}
