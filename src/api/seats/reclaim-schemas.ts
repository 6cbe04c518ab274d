import { z } from 'zod';
import { moment } from '../shared/schemas.js';

const named = z.strictObject({ id: z.uuid(), name: z.string() });

const obstacle = z
  .discriminatedUnion('code', [
    z.strictObject({
      code: z.enum(['group-of-connection', 'member-of-connection']),
      group: z.string(),
      connection: z.string(),
    }),
    z.strictObject({ code: z.literal('grant-of-connection'), role: z.string(), connection: z.string() }),
    z.strictObject({ code: z.literal('no-default-group'), group: z.string() }),
    z.strictObject({
      code: z.literal('gives-other-applications'),
      group: z.string(),
      applications: z.array(z.string()),
    }),
  ])
  .describe('Why a seat cannot be taken back here.');

export const summary = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    application: z.string(),
    days: z.int(),
    state: z.enum(['open', 'expired', 'applied', 'discarded']),
    createdAt: moment,
    expiresAt: moment,
    decidedAt: moment.nullable(),
    people: z.int(),
    reclaimable: z.int(),
    reclaimed: z.int(),
  })
  .meta({ title: 'ReclaimSummary' });

export const batch = summary
  .extend({
    hash: z.string().describe('Of everything that is to be decided on; applying it wants it back.'),
    items: z
      .array(
        z.strictObject({
          userId: z.uuid(),
          userName: z.string(),
          role: z.string(),
          licence: z.string(),
          since: moment,
          lastActiveAt: moment.nullable().describe('Null: never reported.'),
          grants: z.array(z.strictObject({ id: z.uuid(), role: z.string() })).describe('Would be removed.'),
          groups: z.array(named).describe('Would be left.'),
          obstacles: z.array(obstacle),
          reclaimable: z.boolean(),
          outcome: z
            .enum(['reclaimed', 'active-since', 'changed', 'seat-gone', 'not-reclaimable'])
            .nullable()
            .describe('Null until the batch is applied.'),
        }),
      )
      .describe('Those unused longest first.'),
  })
  .meta({ title: 'ReclaimBatch' });
