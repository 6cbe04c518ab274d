import { z } from 'zod';
import { moment } from '../shared/schemas.js';

export const userType = z
  .enum(['standard', 'customer', 'service'])
  .describe('Customers hold only roles without a seat; whether service users take seats is a setting.');

export const userState = z.enum(['invited', 'active', 'suspended', 'deactivated', 'deletion-scheduled', 'deleted']);

export const userSummary = z
  .strictObject({
    id: z.uuid(),
    userName: z.string(),
    displayName: z.string().nullable(),
    userType,
    state: userState,
    resumesTo: z.enum(['invited', 'active', 'deactivated']).nullable().describe('What a suspension lies over.'),
    suspendedAt: moment.nullable(),
    suspendedUntil: moment.nullable().describe('Null: until somebody ends it.'),
    suspensionReason: z.string().nullable(),
    suspensionOverdue: z.boolean().describe('The suspension should have ended and no seat was free.'),
    deletedAt: moment.nullable(),
    erasedAt: moment.nullable(),
    owner: z.string().nullable().describe('The connection that manages the user; null: local.'),
    version: z.int(),
    createdAt: moment,
    modifiedAt: moment,
  })
  .meta({ title: 'UserSummary' });

export const entitlement = z
  .strictObject({
    application: z.string(),
    role: z.string(),
    licence: z.string().nullable().describe('Whose seat it takes; null where it takes none.'),
    since: moment,
  })
  .meta({ title: 'Entitlement' });

export const waitingPlace = z
  .strictObject({
    application: z.string(),
    role: z.string(),
    licence: z.string(),
    since: moment,
    position: z.int().describe('1 is next.'),
  })
  .meta({ title: 'WaitingPlace' });

/** Attributes in the shape of SCIM. */
export const attributes = z.record(z.string(), z.unknown()).describe('Attributes in the shape of SCIM (RFC 7643).');

export const shownUser = userSummary
  .extend({
    erasedFrom: moment.nullable().describe('When the grace period of a deleted user is over.'),
    attributes,
    manager: z.string().nullable().describe('What the manager is called.'),
    groups: z.array(z.strictObject({ id: z.uuid(), displayName: z.string(), direct: z.boolean() })),
    entitlements: z.array(entitlement),
    waiting: z.array(waitingPlace),
    identities: z.array(
      z.strictObject({
        connection: z.string().nullable(),
        externalId: z.string().nullable(),
        linkedAt: moment,
      }),
    ),
  })
  .meta({ title: 'User' });
