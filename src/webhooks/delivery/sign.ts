import { createHmac } from 'node:crypto';

/**
 * The headers of the Standard Webhooks specification: an HMAC-SHA256 over `id.timestamp.body` with each of the secrets,
 * the present one first.
 */
export function signedHeaders(
  id: string,
  at: Date,
  body: string,
  secrets: readonly Buffer[],
): Readonly<Record<string, string>> {
  const timestamp = Math.floor(at.getTime() / 1000);
  const signatures = secrets.map((secret) => {
    const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    return `v1,${signature}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}
