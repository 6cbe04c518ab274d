import type { Secrets } from '../../secrets/index.js';
import { openWebhookSecret } from '../secret.js';
import { retryAfter } from './back-off.js';
import type { Claimed } from './claim.js';
import { payloadOf } from './payload.js';
import type { Poster } from './post.js';
import { signedHeaders } from './sign.js';

/** What became of one attempt. */
export interface Attempt {
  readonly claimed: Claimed;
  /** `interrupted`: this process stopped, and nothing is known; `gone`: the webhook wants no more. */
  readonly outcome: 'delivered' | 'refused' | 'gone' | 'interrupted';
  readonly status: number | undefined;
  /** In a few words; undefined where it was delivered. */
  readonly error: string | undefined;
  /** Milliseconds for which the webhook asked to be left alone. */
  readonly retryAfter: number | undefined;
}

const GONE = 410;

/** Sends one event once. Never throws: whatever goes wrong is the outcome. */
export async function attemptDelivery(
  { secrets, poster }: { readonly secrets: Secrets; readonly poster: Poster },
  claimed: Claimed,
  signal: AbortSignal,
): Promise<Attempt> {
  const nothing = { claimed, status: undefined, retryAfter: undefined };
  try {
    const sealed = [claimed.secret, ...(claimed.previousSecret === null ? [] : [claimed.previousSecret])];
    const keys = sealed.map((secret) => openWebhookSecret(secrets, claimed.webhookId, secret));
    const body = payloadOf(claimed);
    const headers = signedHeaders(claimed.id, new Date(), body, keys);
    const answer = await poster.post(new URL(claimed.url), headers, body, signal);
    const { status } = answer;
    const waits = retryAfter(answer.retryAfter, Date.now());
    if (status >= 200 && status < 300) {
      return { claimed, outcome: 'delivered', status, error: undefined, retryAfter: undefined };
    }
    const outcome = status === GONE ? 'gone' : 'refused';
    return { claimed, outcome, status, error: refusal(status), retryAfter: waits };
  } catch (error) {
    if (signal.aborted) return { ...nothing, outcome: 'interrupted', error: 'the server stopped while it was sent' };
    return { ...nothing, outcome: 'refused', error: error instanceof Error ? error.message : String(error) };
  }
}

function refusal(status: number): string {
  if (status === GONE) return 'it answered 410: no more events are wanted';
  if (status >= 300 && status < 400) return `it answered ${status}: redirects are not followed, the URL must be final`;
  return `it answered ${status}`;
}
