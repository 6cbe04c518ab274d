import type { Sql } from '../database/index.js';
import type { GroupOutline } from './groups/group-outlines.js';

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

/** A group that a user is in. */
export interface GroupReference {
  readonly group: GroupOutline;
  readonly direct: boolean;
}

export interface UserView extends ObjectView {
  /** Undefined unless the groups were asked for. */
  readonly groups: readonly GroupReference[] | undefined;
  /** The name of the manager, where the manager is a visible user of the site. */
  readonly managerName: string | null;
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

/**
 * Which objects of a list, in which order, and which part of them. `condition` and `order` are SQL over the aliases
 * `u` (users) or `g` (groups).
 */
export interface ListRequest {
  readonly reader: Reader;
  readonly condition: Sql | undefined;
  /** Before the id, which always comes last and makes the order total. */
  readonly order: Sql | undefined;
  /** Start behind this id; only without `order`. */
  readonly after: string | undefined;
  readonly offset: number;
  readonly limit: number;
}
