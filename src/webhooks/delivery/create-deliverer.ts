import type { Database } from '../../database/index.js';
import type { Secrets } from '../../secrets/index.js';
import type { DisabledReason, WebhookSettings } from '../webhook.js';
import { createAddressGuard } from './address-guard.js';
import { type Attempt, attemptDelivery } from './attempt.js';
import { type Claimed, claimDue } from './claim.js';
import { createPoster } from './post.js';
import { type FailingWebhook, recordAttempts } from './record.js';

/** Sends the events of the outbox, beside any number of other processes that do. */
export interface Deliverer {
  /**
   * Writes down what has ended and begins what is due, as far as there is room; does not wait for the answers. The
   * end of each attempt makes room for more by itself, so this need only be called often enough to find new events.
   * @throws RollcallError `unavailable`; nothing is lost then
   */
  tick(): Promise<void>;
  /** Sends until nothing is due any more. */
  drain(): Promise<void>;
  /** Begins nothing more, and ends once all is written down; cuts what has no answer after `graceMilliseconds`. */
  stop(graceMilliseconds?: number): Promise<void>;
}

export interface DelivererDependencies {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly settings: WebhookSettings;
  /** Disables a webhook through `change`, so that the log tells of it. */
  disable(webhook: FailingWebhook, reason: Exclude<DisabledReason, 'operator'>): Promise<void>;
}

/** Longer than an attempt can take: then its process is gone, or has lost its way. */
const LEASE_MARGIN = 15_000;

const STOP_GRACE = 3000;

/** How long one attempt may keep an event to itself. */
export function leaseMilliseconds({ timeoutMilliseconds }: Pick<WebhookSettings, 'timeoutMilliseconds'>): number {
  return timeoutMilliseconds + LEASE_MARGIN;
}

export function createDeliverer({ database, secrets, settings, disable }: DelivererDependencies): Deliverer {
  const poster = createPoster(createAddressGuard(settings), settings);
  const interruption = new AbortController();
  const sending = new Set<Promise<void>>();
  let ended: Attempt[] = [];
  let stopped = false;
  let cycle: Promise<void> | undefined;
  let again = false;

  /** One at a time: what ends meanwhile is written down together by the next. */
  function tick(): Promise<void> {
    again = cycle !== undefined;
    cycle ??= run().finally(() => {
      cycle = undefined;
    });
    return cycle;
  }

  async function run(): Promise<void> {
    do {
      again = false;
      await writeDown();
      const room = settings.concurrency - sending.size;
      if (stopped || room <= 0) continue;
      const claimed = await claimDue(database, {
        most: room,
        ofOneWebhook: settings.endpointConcurrency,
        leaseMilliseconds: leaseMilliseconds(settings),
      });
      for (const one of claimed) begin(one);
    } while (again);
  }

  async function writeDown(): Promise<void> {
    if (ended.length === 0) return;
    const attempts = ended;
    ended = [];
    const failing = await recordAttempts(database, attempts, settings).catch((error: unknown) => {
      // The next cycle writes it down.
      ended = [...attempts, ...ended];
      throw error;
    });
    for (const webhook of failing) await disable(webhook, 'failing');
    for (const { claimed } of attempts.filter(({ outcome }) => outcome === 'gone')) await disable(claimed, 'gone');
  }

  function begin(claimed: Claimed): void {
    const sent = attemptDelivery({ secrets, poster }, claimed, interruption.signal).then((attempt) => {
      ended.push(attempt);
      sending.delete(sent);
      // Whoever calls tick() the next time hears of what goes wrong.
      void tick().catch(() => undefined);
    });
    sending.add(sent);
  }

  return {
    tick,
    async drain() {
      do {
        await tick();
        if (sending.size > 0) await Promise.race(sending);
      } while (sending.size > 0 || ended.length > 0 || cycle !== undefined);
    },
    async stop(graceMilliseconds = STOP_GRACE) {
      stopped = true;
      const cut = setTimeout(() => interruption.abort(), graceMilliseconds);
      await cycle?.catch(() => undefined);
      await Promise.all(sending);
      clearTimeout(cut);
      await cycle?.catch(() => undefined);
      poster.close();
      await writeDown();
    },
  };
}
