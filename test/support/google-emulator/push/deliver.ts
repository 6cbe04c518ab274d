import { setTimeout as wait } from 'node:timers/promises';
import type { PushDraft } from '../faults/fault.ts';
import type { Settings } from '../settings.ts';
import type { Push } from './channel.ts';

const ATTEMPTS = 4;
const TIMEOUT = 10_000;
const TAKEN = new Set([102, 200, 201, 202, 204]);
const REPEATED = new Set([500, 502, 503, 504]);

type Outcome = Pick<Push, 'attempts' | 'status' | 'outcome'>;

/** Sends a message, again where the receiver asks for it or cannot be reached. Ends early when the emulator closes. */
export async function deliver(
  address: string,
  { headers, body }: PushDraft,
  settings: Settings,
  closing: AbortSignal,
): Promise<Outcome> {
  let status: number | undefined;
  let attempts = 0;
  while (attempts < ATTEMPTS && !closing.aborted) {
    if (attempts > 0) {
      const pause = settings.pushRetry * 2 ** (attempts - 1);
      await wait(pause, undefined, { signal: closing }).catch(() => undefined);
      if (closing.aborted) break;
    }
    attempts += 1;
    status = await post(address, headers, body === undefined ? undefined : JSON.stringify(body), closing);
    if (status === undefined || REPEATED.has(status)) continue;
    return { attempts, status, outcome: TAKEN.has(status) ? 'delivered' : 'dropped' };
  }
  return { attempts, status, outcome: 'failed' };
}

/** The status of the answer; undefined where there was none. */
async function post(
  address: string,
  headers: PushDraft['headers'],
  body: string | undefined,
  closing: AbortSignal,
): Promise<number | undefined> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json; utf-8' }) },
      ...(body !== undefined && { body }),
      signal: AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return undefined;
  }
}
