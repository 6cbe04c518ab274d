import { z } from 'zod';
import { moment } from '../shared/schemas.js';

export const webhook = z
  .strictObject({
    id: z.uuid(),
    application: z.string(),
    url: z.string(),
    state: z.enum(['enabled', 'disabled']),
    disabledReason: z
      .enum(['operator', 'gone', 'failing'])
      .nullable()
      .describe('`operator`: by command; `gone`: it answered 410; `failing`: nothing came through for too long.'),
    previousSecretUntil: moment.nullable().describe('Until then events are signed with the secret before as well.'),
    failingSince: moment.nullable(),
    pausedUntil: moment.nullable(),
    createdAt: moment,
    pending: z.int(),
    failed: z.int(),
  })
  .meta({ title: 'Webhook' });

export const webhookWithSecret = webhook
  .extend({ secret: z.string().describe('Shown this once.') })
  .meta({ title: 'WebhookWithSecret' });

export const deliveryState = z.enum(['pending', 'delivered', 'failed']);

export const delivery = z
  .strictObject({
    id: z.uuid(),
    sequence: z.int(),
    type: z.string(),
    occurredAt: moment,
    userId: z.uuid().nullable(),
    userName: z.string().nullable(),
    roleBefore: z.string().nullable(),
    roleAfter: z.string().nullable(),
    reason: z.string().nullable(),
    action: z.string().nullable(),
    state: deliveryState,
    attempts: z.int(),
    lastAttemptAt: moment.nullable(),
    lastStatus: z.int().nullable(),
    lastError: z.string().nullable(),
    nextAttemptAt: moment.nullable(),
    finishedAt: moment.nullable(),
  })
  .meta({ title: 'Delivery' });
