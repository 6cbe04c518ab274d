import type { Sql } from '../../database/index.js';
import type { Document } from '../attribute-changes.js';
import type { UniqueValue } from '../unique-values.js';

/** What a writer says about a group, already validated; its members are changed by deltas. */
export interface GroupProfile {
  readonly displayName: string;
  /** Attributes, as attributeChanges names them, that the log names and does not show; none unless said otherwise. */
  readonly secrets?: ReadonlySet<string>;
  /** Of attributes that the operator has defined as unique; none unless said otherwise. */
  readonly uniqueValues?: readonly UniqueValue[];
  readonly document: Document;
  readonly folded: Document;
}

/** A group as commands see it, under its row lock. Its members are never read for a change. */
export interface GroupRecord {
  readonly id: string;
  readonly displayName: string;
  readonly ownerConnectionId: string | null;
  readonly protected: boolean;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly document: Document;
  readonly externalId: string | null;
  readonly linked: boolean;
  /** Whether other groups are nested in it; changing those needs the structure lock. */
  readonly nests: boolean;
}

/**
 * One step of a membership change. `removeAll` and `replaceAll` touch only the rows of the acting connection
 * (design section 3); naming a member is plain intent and takes any row.
 */
export type MemberChange =
  | { readonly kind: 'add'; readonly ids: readonly string[] }
  | { readonly kind: 'remove'; readonly ids: readonly string[] }
  /** A condition over rows `m` with member_id, member_type and display. */
  | { readonly kind: 'removeMatching'; readonly condition: Sql }
  | { readonly kind: 'removeAll' }
  | { readonly kind: 'replaceAll'; readonly ids: readonly string[] };

/** What happens to a member id that names nothing: the whole change fails, or the rest goes on and the log tells. */
export type UnknownMembers = 'reject' | 'skip';
