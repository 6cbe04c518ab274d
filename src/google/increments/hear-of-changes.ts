import { listSites } from '../../directory/index.js';
import type { GoogleConnection } from '../connections/index.js';
import { listGoogleConnections } from '../connections/index.js';
import { pollReports } from './poll-reports.js';
import { type ChannelServices, notificationBase, renewChannels } from './renew-channels.js';
import { claimSource } from './sources.js';

/** Early enough for channels that end in half an hour, and for what could not be had before. */
const CHANNEL_MINUTES = 5;

/**
 * Looks at the reports of every connection whose time has come, and sees to its channels; one process each. A connection
 * does not wait for another.
 * @throws the first of what is no answer of Google's, when all are done
 */
export async function hearOfChanges(services: ChannelServices, signal: AbortSignal): Promise<void> {
  const sites = await listSites(services.database);
  const connections = await Promise.all(sites.map(({ id }) => listGoogleConnections(services.database, id)));
  const looks = await Promise.allSettled(connections.flat().map((connection) => look(services, connection, signal)));
  const failed = looks.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function look(services: ChannelServices, connection: GoogleConnection, signal: AbortSignal): Promise<void> {
  const { database, config } = services;
  const { state, settings } = connection;
  const looksAtReports = state === 'active' && settings.reportsMinutes > 0;
  if (looksAtReports && (await claimSource(database, connection, 'admin', settings.reportsMinutes))) {
    await pollReports(services, connection, signal);
  }
  const hasChannels = state !== 'needs-attention' && notificationBase(config) !== undefined;
  if (hasChannels && (await claimSource(database, connection, 'users.watch', CHANNEL_MINUTES))) {
    await renewChannels(services, connection, signal);
  }
}
