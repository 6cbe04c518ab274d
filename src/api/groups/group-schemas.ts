import { z } from 'zod';
import { moment } from '../shared/schemas.js';

export const groupSummary = z
  .strictObject({
    id: z.uuid(),
    displayName: z.string(),
    owner: z.string().nullable().describe('The connection that manages the group; null: local.'),
    protected: z.boolean().describe('No connection may write it.'),
    version: z.int(),
    userCount: z.int().describe('Users who are direct members.'),
    groupCount: z.int().describe('Groups that are direct members.'),
    createdAt: moment,
    modifiedAt: moment,
  })
  .meta({ title: 'GroupSummary' });

export const shownGroup = groupSummary
  .extend({
    attributes: z.record(z.string(), z.unknown()).describe('Attributes in the shape of SCIM (RFC 7643).'),
  })
  .meta({ title: 'Group' });

export const member = z
  .strictObject({
    type: z.enum(['User', 'Group']),
    id: z.uuid(),
    display: z.string(),
    owner: z.string().nullable().describe('The connection that put it there; null: an administrator.'),
    addedAt: moment,
  })
  .meta({ title: 'Member' });
