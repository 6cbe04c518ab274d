import { randomBytes } from 'node:crypto';
import type { SealedColumn, Secrets } from '../secrets/index.js';

// Secrets as the Standard Webhooks specification has them: 24 to 64 random bytes, shown as `whsec_` and their base64.

const SECRET_BYTES = 32;

/** A new secret, as text for whoever verifies, and sealed for the database. */
export function newWebhookSecret(
  secrets: Secrets,
  webhookId: string,
): { readonly text: string; readonly sealed: Buffer } {
  const secret = randomBytes(SECRET_BYTES);
  return { text: `whsec_${secret.toString('base64')}`, sealed: secrets.seal('webhook', secret, webhookId) };
}

/** The bytes that sign. @throws RollcallError `secrets.cannot-open` */
export function openWebhookSecret(secrets: Secrets, webhookId: string, sealed: Buffer): Buffer {
  return secrets.open('webhook', sealed, webhookId);
}

/** Where they are stored. */
export const webhookSealed: readonly SealedColumn[] = ['secret', 'previous_secret'].map((column) => ({
  table: 'webhooks',
  column,
  purpose: 'webhook',
  belongsTo: 'id::text',
  mend: 'rollcall webhook rotate-secret',
}));
