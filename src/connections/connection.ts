import type { RemovalLimit } from '../directory/index.js';

/** What an administrator decides about a connection, when it is made or later. */
export interface ConnectionSettings extends RemovalLimit {
  /** Which client it is: what is tolerated, by name. */
  readonly profile: string;
  readonly adopt: boolean;
  readonly sees: 'site' | 'own';
  readonly passwords: 'ignore' | 'refuse' | 'store';
  /** Members that do not exist: the request is refused, or the others are taken and the log names those. */
  readonly unknownMembers: 'reject' | 'skip';
  /** What a PUT does with attributes that it does not mention. */
  readonly putOmitted: 'clear' | 'keep';
  /** Whether its groups must have names that no other group of the site has. */
  readonly uniqueGroupNames: boolean;
  /** Whether a POST with the externalId of a user it deactivated brings that user back. */
  readonly reactivate: boolean;
  /** Whether Schemas and ResourceTypes need a token; ServiceProviderConfig never does. */
  readonly discovery: 'public' | 'protected';
  /**
   * Which resource types tell it what access there is: `draft` the Role and Entitlement of
   * draft-ietf-scim-roles-entitlements-01, `okta` those that Okta's entitlement management reads.
   */
  readonly roles: 'none' | 'draft' | 'okta';
  /** Whether its users show the access that they have through groups and grants. */
  readonly showEntitlements: boolean;
  /** Whether published roles that it writes on users become direct grants. */
  readonly assign: boolean;
  /** Whether it may write roles and entitlements that are not published. */
  readonly roleValues: 'any' | 'published';
}

/** A provisioning client: an identity provider's SCIM client, or a Google Workspace that is read. */
export interface Connection extends ConnectionSettings {
  readonly siteId: number;
  readonly id: string;
  /** Ten random lower-case characters: part of the base URL and of every token. */
  readonly key: string;
  readonly name: string;
  readonly type: 'scim' | 'google';
  readonly state: 'active' | 'paused';
  readonly createdAt: Date;
}

export type TokenScope = 'read' | 'write';

/** A token as it may be shown: never its secret. */
export interface TokenSummary {
  readonly id: string;
  readonly scope: TokenScope;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  /** The only user that it reaches; null for a token of the connection itself. */
  readonly userId: string | null;
  /** What that user is called, while there is one. */
  readonly userName: string | null;
}

/** What a token is made with. */
export interface NewToken {
  readonly scope: TokenScope;
  readonly expiresAt: Date;
  /** Undefined for a token of the connection itself. */
  readonly userId: string | undefined;
}
