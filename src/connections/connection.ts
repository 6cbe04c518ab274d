/** A provisioning client: an identity provider's SCIM client, or a Google Workspace that is read. */
export interface Connection {
  readonly siteId: number;
  readonly id: string;
  /** Ten random lower-case characters: part of the base URL and of every token. */
  readonly key: string;
  readonly name: string;
  readonly type: 'scim' | 'google';
  readonly profile: string;
  readonly state: 'active' | 'paused';
  readonly adopt: boolean;
  readonly sees: 'site' | 'own';
  readonly passwords: 'ignore' | 'refuse' | 'store';
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
}
