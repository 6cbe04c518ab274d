import type { Config } from '../../config/index.js';
import type { GoogleClient, WatchRequest } from '../client/index.js';
import { type ClientServices, type GoogleConnection, openGoogleClient } from '../connections/index.js';
import { type Channel, expectChannel, forgetChannel, grantChannel, readChannels } from './channel-store.js';
import { forgetSource, noteSourceError, sourceIsGood } from './sources.js';

export interface ChannelServices extends ClientServices {
  readonly config: Pick<Config, 'google' | 'server'>;
}

/** Below GOOGLE_NOTIFICATION_URL, or PUBLIC_URL. */
export const NOTIFICATION_PATH = '/google/notifications';

const EVENTS: readonly WatchRequest['event'][] = ['add', 'delete', 'undelete', 'update', 'makeAdmin'];

const MINUTE = 60_000;

/** Google grants six hours at most, whatever its reference says. */
const LIFE_SECONDS = 21_600;

/** A channel cannot be prolonged: the next one is opened this long before its end. */
const RENEWED_BEFORE_MILLISECONDS = 30 * MINUTE;

/** What Google has not answered by then belongs to a process that ended. */
const ANSWERED_WITHIN_MILLISECONDS = 10 * MINUTE;

/**
 * Sees to it that Google tells of every event of users on one channel: opens what is missing or near its end, and stops
 * what is not needed any more. Where that cannot be had it is written down, and nothing else.
 * @throws `google.cancelled`, and what is no answer of Google's
 */
export async function renewChannels(
  services: ChannelServices,
  connection: GoogleConnection,
  signal: AbortSignal,
): Promise<void> {
  const { database, config } = services;
  const base = notificationBase(config);
  const isWanted = connection.state === 'active' && connection.settings.notifications && base !== undefined;
  const before = await readChannels(database, connection);
  if (!isWanted && before.length === 0) return;
  try {
    const client = await openGoogleClient(services, connection, { users: [], groups: [] });
    const kept = new Set<string>();
    for (const event of isWanted ? EVENTS : []) {
      const good = before.find((channel) => channel.event === event && isGood(channel));
      const address = `${base}${NOTIFICATION_PATH}`;
      kept.add(good?.id ?? (await open(services, connection, client, { event, address, signal })));
    }
    for (const channel of before) {
      if (!kept.has(channel.id)) await stop(services, connection, client, channel, signal);
    }
    await database.write(
      isWanted ? sourceIsGood(connection, 'users.watch', new Date()) : forgetSource(connection, 'users.watch'),
    );
  } catch (error) {
    await noteSourceError(database, connection, 'users.watch', error);
    for (const { id, expiresAt } of before) {
      if (expiresAt !== null && expiresAt.getTime() < Date.now()) await forgetChannel(database, connection, id);
    }
  }
}

/** Where Google reaches this server; undefined: nowhere, since that has to be https. */
export function notificationBase({ google, server }: ChannelServices['config']): string | undefined {
  const base = google.notificationUrl ?? (server.publicUrl.startsWith('https:') ? server.publicUrl : undefined);
  return base?.replace(/\/$/, '');
}

/** Long before its end, which for a channel of less than an hour is half of its life. */
function isGood({ createdAt, expiresAt }: Channel): boolean {
  if (expiresAt === null) return false;
  const life = expiresAt.getTime() - createdAt.getTime();
  return expiresAt.getTime() - Date.now() > Math.min(RENEWED_BEFORE_MILLISECONDS, life / 2);
}

async function open(
  { database }: ChannelServices,
  connection: GoogleConnection,
  client: GoogleClient,
  wanted: Pick<WatchRequest, 'event' | 'address' | 'signal'>,
): Promise<string> {
  const { id, token } = await expectChannel(database, connection, wanted.event);
  try {
    await grantChannel(
      database,
      connection,
      await client.watchUsers({ ...wanted, id, token, ttlSeconds: LIFE_SECONDS }),
    );
  } catch (error) {
    await forgetChannel(database, connection, id);
    throw error;
  }
  return id;
}

async function stop(
  { database }: ChannelServices,
  connection: GoogleConnection,
  client: GoogleClient,
  { id, resourceId, createdAt }: Channel,
  signal: AbortSignal,
): Promise<void> {
  if (resourceId !== null) await client.stopChannel({ id, resourceId }, signal);
  else if (Date.now() - createdAt.getTime() < ANSWERED_WITHIN_MILLISECONDS) return;
  await forgetChannel(database, connection, id);
}
