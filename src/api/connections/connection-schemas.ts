import { z } from 'zod';
import type { ConnectionSettings } from '../../connections/index.js';
import { moment } from '../shared/schemas.js';
import { tokenState } from '../tokens/token-schemas.js';

export const scope = z.enum(['read', 'write']);

/** What an administrator decides about a connection; docs/profiles.md and docs/operating.md say what each means. */
export const settings = {
  profile: z.string().describe('Which identity provider it is.'),
  adopt: z.boolean().describe('Whether it may take over users and groups that nobody owns.'),
  sees: z.enum(['site', 'own']),
  passwords: z.enum(['ignore', 'refuse', 'store']),
  unknownMembers: z.enum(['reject', 'skip']),
  putOmitted: z.enum(['clear', 'keep']),
  uniqueGroupNames: z.boolean(),
  reactivate: z.boolean(),
  discovery: z.enum(['public', 'protected']),
  roles: z.enum(['none', 'draft', 'okta']),
  showEntitlements: z.boolean(),
  assign: z.boolean().describe('Whether published roles that it writes on users become direct grants.'),
  roleValues: z.enum(['any', 'published']),
  removalLimitPercent: z.int().min(0).max(100).describe('How much of its users it may remove in the window; 0: all.'),
  removalLimitCount: z.int().min(0).max(100_000_000).describe('How many people; 0: any number.'),
  removalMinimumBase: z.int().min(0).max(100_000_000).describe('From how many users on the percentage counts.'),
  removalWindowHours: z
    .int()
    .min(1)
    .max(24 * 365),
} satisfies Record<keyof ConnectionSettings, z.ZodType>;

export const issuer = z
  .strictObject({
    id: z.uuid(),
    issuer: z.string(),
    audience: z.string(),
    tenant: z.string().nullable(),
    jwksUrl: z.string().nullable(),
    clients: z.array(z.string()),
    scope,
  })
  .meta({ title: 'TrustedIssuer' });

const about = {
  id: z.uuid(),
  key: z.string(),
  name: z.string(),
  profile: z.string(),
  baseUrl: z.string().describe('What the identity provider is given.'),
};

export const connection = z
  .strictObject({
    ...settings,
    ...about,
    type: z.enum(['scim', 'google']),
    state: z.enum(['active', 'paused']),
    createdAt: moment,
    version: z.string().describe('Of its settings and state.'),
    suggestedProfile: z.string().nullable().describe('What its traffic says it is.'),
    because: z.array(z.string()),
    refuses: z.array(z.string()).describe('What it sends that its profile does not take.'),
    tokens: z.array(
      z.strictObject({
        id: z.uuid(),
        scope,
        createdAt: moment,
        expiresAt: moment,
        revokedAt: moment.nullable(),
        userId: z.uuid().nullable().describe('The only user that it reaches.'),
        userName: z.string().nullable(),
        state: tokenState,
      }),
    ),
    clients: z.array(
      z.strictObject({
        id: z.uuid(),
        scope,
        createdAt: moment,
        expiresAt: moment,
        revokedAt: moment.nullable(),
      }),
    ),
    issuers: z.array(issuer),
    traits: z.array(z.strictObject({ trait: z.string(), count: z.int(), firstSeen: moment, lastSeen: moment })),
  })
  .meta({ title: 'ConnectionSummary' });

export const shownConnection = connection
  .extend({
    removals: z.strictObject({
      counted: z.int().describe('People in the window who count.'),
      allowance: z.strictObject({ until: moment, people: z.int().nullable() }).nullable(),
    }),
  })
  .meta({ title: 'Connection' });

/** A new token, whose text is in this answer alone. */
export const newToken = z
  .strictObject({
    ...about,
    token: z.string().describe('Shown this once.'),
    tokenId: z.uuid(),
    scope,
    expiresAt: moment,
    userId: z.uuid().optional(),
  })
  .meta({ title: 'NewConnectionToken' });
