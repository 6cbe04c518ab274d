import { z } from 'zod';
import { type Database, sql } from '../../database/index.js';
import { noteHints } from '../refresh/index.js';
import type { KnownChannel } from './channel-store.js';

const bodySchema = z.object({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/) });

/**
 * Notes that Google says something happened to a user. What it says of the user is not believed, the user is read.
 * @param body JSON; a message that only says that the channel is open has none
 */
export async function takeNotification(
  database: Database,
  { siteId, connectionId }: KnownChannel,
  body: string,
): Promise<void> {
  const parsed = bodySchema.safeParse(jsonOf(body));
  if (!parsed.success) return;
  const [connection] = await database.write<{ state: string }>(sql`
    SELECT state FROM google_connections WHERE site_id = ${siteId} AND id = ${connectionId}`);
  // Whoever resumes it has a complete run first.
  if (connection?.state !== 'active') return;
  await database.write(noteHints({ siteId, connectionId }, [{ kind: 'user', key: parsed.data.id }]));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
