import {
  type ChannelServices,
  executeRun,
  pollReports,
  type Run,
  readGoogleConnection,
  readSources,
  renewChannels,
  requestRefreshes,
} from '../../src/google/index.js';
import type { GoogleSync } from './google-sync.js';

/** What a connection of a test does between its complete runs. */
export interface Increments {
  /** Looks at the reports, and reads what they name. */
  poll(): Promise<void>;
  /** Opens, renews and stops channels. */
  renew(): Promise<void>;
  /** A refresh, if there are hints for one; otherwise undefined. */
  refresh(): Promise<Run | undefined>;
  /** The reports, and then a refresh: what a schedule does. */
  pollAndRefresh(): Promise<Run | undefined>;
  sources(): ReturnType<typeof readSources>;
}

export function createIncrements(
  { server, services, connection }: GoogleSync,
  different: Partial<ChannelServices['config']['google']> = {},
): Increments {
  const { database } = server;
  const google = { ...services.config.google, notificationUrl: server.origin, ...different };
  const config = { ...services.config, server: server.config.server, google };
  const all = { ...services, config };
  const { signal } = new AbortController();
  const now = () => readGoogleConnection(database, connection.siteId, connection.id);
  const poll = async () => pollReports(all, await now(), signal);
  const refresh = async () => {
    const [run] = await requestRefreshes(database, google, connection.id);
    return run === undefined ? undefined : executeRun(all, run, signal);
  };
  return {
    poll,
    refresh,
    renew: async () => renewChannels(all, await now(), signal),
    async pollAndRefresh() {
      await poll();
      return refresh();
    },
    sources: () => readSources(database, connection),
  };
}
