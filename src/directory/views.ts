import type { Sql } from '../database/index.js';
import type { GroupReference } from './groups/group-outlines.js';

/** What every reader of a user or group needs. Documents stay text: most answers only wrap them. */
export interface ObjectView {
  readonly id: string;
  /** The stored JSON document as text. */
  readonly document: string;
  /** What the asking connection calls it. */
  readonly externalId: string | null;
  readonly version: number;
  /** UTC with milliseconds, as answers show it: `2026-11-23T19:23:53.487Z`. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

export interface UserView extends ObjectView {
  /** Undefined unless the groups were asked for. */
  readonly groups: readonly GroupReference[] | undefined;
  /** The name of the manager, where the manager is a visible user of the site. */
  readonly managerName: string | null;
  /** What was asked for of the user's access, as text; null when that was nothing. */
  readonly access: string | null;
}

export interface MemberView {
  readonly id: string;
  readonly type: 'User' | 'Group';
  readonly display: string;
}

export interface GroupView extends ObjectView {
  readonly displayName: string;
}

/** Who reads, which decides what is visible and what externalId says. */
export interface Reader {
  readonly siteId: number;
  readonly connectionId: string | undefined;
  /** `own`: only what the connection owns or nobody owns. */
  readonly sees: 'site' | 'own';
}

/** Which objects of a list are read. `condition` is SQL over the aliases `u` (users) or `g` (groups). */
export type Wanted =
  /** Those beyond the id `from`, nearest first; from the start or the end when there is none. */
  | {
      readonly kind: 'range';
      readonly condition: Sql | undefined;
      readonly from: string | undefined;
      readonly backward: boolean;
      readonly limit: number;
    }
  | { readonly kind: 'named'; readonly ids: readonly string[] };

export interface ListRequest {
  readonly reader: Reader;
  readonly wanted: Wanted;
}

/** The objects of one kind that a reader sees, for statements over several kinds. */
export interface ObjectRows {
  readonly from: Sql;
  readonly id: Sql;
  readonly visible: Sql;
}
