import type { Sql } from '../database/index.js';

/** Where a change comes from; the words of the log (design section 6). */
export type Source = 'scim' | 'google' | 'portal' | 'api' | 'cli' | 'system';

/** How much a connection may remove until an administrator is asked; 0: any amount. */
export interface RemovalLimit {
  readonly removalLimitPercent: number;
  readonly removalLimitCount: number;
  /** Of how many users the percentage is taken at least. */
  readonly removalMinimumBase: number;
  readonly removalWindowHours: number;
}

/** The provisioning client on whose behalf something happens; without a limit it removes what it wants. */
export interface ActingConnection extends Partial<RemovalLimit> {
  readonly id: string;
  readonly name: string;
  /** May become the owner of objects that have none. */
  readonly adopt: boolean;
}

/** Who asks for a change, in which site, and under which number the request is found again. */
export interface Actor {
  readonly siteId: number;
  readonly source: Source;
  /** Absent when an administrator or the system acts: what they make is local. */
  readonly connection: ActingConnection | undefined;
  /** The user who acts by a token of the connection that stands for that user alone. */
  readonly userId?: string | undefined;
  /** The token by which a program of an administrator acts. */
  readonly apiTokenId?: string | undefined;
  /** Goes into the transaction of whatever is changed: that this request was carried out. */
  readonly receipt?: Sql | undefined;
  readonly correlationId: string;
}
