import type { Usage } from './types.js';

/** Counts what a client does. */
export interface UsageCounter {
  /** @param method of Google's, such as `users.list`; `token` for those by which access is asked for */
  answered(status: number, method: string): void;
  unanswered(method: string): void;
  received(bytes: number): void;
  retried(): void;
  waited(milliseconds: number): void;
  usage(): Usage;
}

export function createUsageCounter(): UsageCounter {
  const counts = { requests: 0, retries: 0, bytes: 0, waitedMilliseconds: 0 };
  const byStatus: Record<string, number> = {};
  const byMethod: Record<string, Record<string, number>> = {};
  const count = (status: string, method: string) => {
    counts.requests += 1;
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    const ofMethod = byMethod[method] ?? {};
    byMethod[method] = { ...ofMethod, [status]: (ofMethod[status] ?? 0) + 1 };
  };
  return {
    answered: (status, method) => count(String(status), method),
    unanswered: (method) => count('none', method),
    received(bytes) {
      counts.bytes += bytes;
    },
    retried() {
      counts.retries += 1;
    },
    waited(milliseconds) {
      counts.waitedMilliseconds += milliseconds;
    },
    usage: () => ({
      ...counts,
      waitedMilliseconds: Math.round(counts.waitedMilliseconds),
      byStatus: { ...byStatus },
      byMethod: { ...byMethod },
    }),
  };
}
