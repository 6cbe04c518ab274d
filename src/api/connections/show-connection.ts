import { createHash } from 'node:crypto';
import {
  type Administration,
  connectionView,
  type Guard,
  type ProfileSuggestion,
  requireConnection,
} from '../../administration/index.js';
import { type Connection, type ConnectionWithTokens, readRemovals, SETTING_NAMES } from '../../connections/index.js';
import { sql } from '../../database/index.js';
import type { PageLimits } from '../paging.js';
import { matching } from '../preconditions.js';

export interface ConnectionRouteDependencies {
  readonly limits: PageLimits;
  /** The names that a profile can have. */
  readonly profileNames: readonly string[];
  /** What the traffic of a connection says about its profile. */
  readonly suggestProfile: (profile: string, traits: ConnectionWithTokens['traits']) => ProfileSuggestion;
}

type Suggest = ConnectionRouteDependencies['suggestProfile'];

export function viewOf({ config }: Administration, suggest: Suggest, connection: ConnectionWithTokens) {
  const suggestion = suggest(connection.profile, connection.traits);
  return { ...connectionView(config, connection, suggestion), version: versionOf(connection) };
}

/** @throws RollcallError `connection.not-found` */
export async function showConnection(administration: Administration, suggest: Suggest, idOrName: string) {
  const connection = await requireConnection(administration, idOrName);
  const removals = await readRemovals(administration.database, connection);
  return { ...viewOf(administration, suggest, connection), removals };
}

/** Holds a command about a connection, whose row it locks first, to what was seen of it. */
export function connectionGuard(
  administration: Administration,
  { siteId, id }: Connection,
  ifMatch: string | undefined,
): Guard {
  return matching(ifMatch, async (transaction) => {
    await transaction.run(sql`SELECT 1 FROM connections WHERE site_id = ${siteId} AND id = ${id} FOR UPDATE`);
    const reads = { read: <Row>(statement: Parameters<typeof transaction.run>[0]) => transaction.run<Row>(statement) };
    const database = { ...administration.database, ...reads };
    return versionOf(await requireConnection({ ...administration, database }, id));
  });
}

const DIGITS = 22;

function versionOf(connection: Connection): string {
  const decided = [connection.name, connection.state, ...SETTING_NAMES.map((name) => connection[name])];
  return createHash('sha256').update(JSON.stringify(decided)).digest('base64url').slice(0, DIGITS);
}
