import type { Usage } from './types.js';

/** Counts what a client does. */
export interface UsageCounter {
  answered(status: number): void;
  unanswered(): void;
  received(bytes: number): void;
  retried(): void;
  waited(milliseconds: number): void;
  usage(): Usage;
}

export function createUsageCounter(): UsageCounter {
  const counts = { requests: 0, retries: 0, bytes: 0, waitedMilliseconds: 0 };
  const byStatus: Record<string, number> = {};
  const count = (status: string) => {
    counts.requests += 1;
    byStatus[status] = (byStatus[status] ?? 0) + 1;
  };
  return {
    answered: (status) => count(String(status)),
    unanswered: () => count('none'),
    received(bytes) {
      counts.bytes += bytes;
    },
    retried() {
      counts.retries += 1;
    },
    waited(milliseconds) {
      counts.waitedMilliseconds += milliseconds;
    },
    usage: () => ({ ...counts, waitedMilliseconds: Math.round(counts.waitedMilliseconds), byStatus: { ...byStatus } }),
  };
}
