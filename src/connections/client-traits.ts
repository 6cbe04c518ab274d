import { type Database, sql } from '../database/index.js';
import type { Connection } from './connection.js';

/** How often a connection's client was seen to do something. */
export interface ClientTrait {
  readonly trait: string;
  readonly count: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

/**
 * Notes in memory what clients were seen to do, and writes it now and then: statistics, not changes, so they do not go
 * through `change` and cost a request nothing.
 */
export interface ClientTraits {
  /** Whether more of this connection's requests are worth a look before the next flush. */
  isCurious(connection: Connection): boolean;
  /** @param traits names that are the protocol's to understand, few and never a client's text */
  note(connection: Connection, traits: Iterable<string>): void;
  /** Adds what was noted to the table. What cannot be written is kept for the next time. */
  flush(): Promise<void>;
}

/** Requests of a connection that are looked at between two flushes: an import of 100,000 people tells no more. */
const LOOKS = 100;

interface Count {
  count: number;
  firstSeen: Date;
  lastSeen: Date;
}

interface Noted {
  readonly siteId: number;
  looks: number;
  readonly traits: Map<string, Count>;
}

export function createClientTraits(database: Database): ClientTraits {
  // As large as there are connections, since only authenticated requests are noted.
  let noted = new Map<string, Noted>();

  const entryOf = ({ id, siteId }: { id: string; siteId: number }): Noted => {
    let entry = noted.get(id);
    if (entry === undefined) {
      entry = { siteId, looks: 0, traits: new Map() };
      noted.set(id, entry);
    }
    return entry;
  };
  const add = (traits: Map<string, Count>, trait: string, { count, firstSeen, lastSeen }: Count) => {
    const known = traits.get(trait);
    if (known === undefined) traits.set(trait, { count, firstSeen, lastSeen });
    else {
      known.count += count;
      if (firstSeen < known.firstSeen) known.firstSeen = firstSeen;
      if (lastSeen > known.lastSeen) known.lastSeen = lastSeen;
    }
  };

  return {
    isCurious: ({ id }) => (noted.get(id)?.looks ?? 0) < LOOKS,
    note(connection, traits) {
      const entry = entryOf(connection);
      entry.looks += 1;
      const now = new Date();
      for (const trait of traits) add(entry.traits, trait, { count: 1, firstSeen: now, lastSeen: now });
    },
    async flush() {
      const taken = noted;
      noted = new Map();
      const rows = [...taken].flatMap(([connectionId, { siteId, traits }]) =>
        [...traits].map(([trait, count]) => ({ siteId, connectionId, trait, ...count })),
      );
      if (rows.length === 0) return;
      try {
        await writeTraits(database, rows);
      } catch (error) {
        for (const { siteId, connectionId, trait, ...count } of rows) {
          add(entryOf({ id: connectionId, siteId }).traits, trait, count);
        }
        throw error;
      }
    },
  };
}

interface TraitRow extends Count {
  readonly siteId: number;
  readonly connectionId: string;
  readonly trait: string;
}

/** In the order of the key, so that two processes that flush at once do not wait for each other in a ring. */
async function writeTraits(database: Database, rows: readonly TraitRow[]): Promise<void> {
  await database.write(sql`
    INSERT INTO connection_traits AS t (site_id, connection_id, trait, count, first_seen, last_seen)
    SELECT n.site_id, n.connection_id, n.trait, n.count, n.first_seen, n.last_seen
    FROM unnest(${rows.map((row) => row.siteId)}::integer[], ${rows.map((row) => row.connectionId)}::uuid[],
      ${rows.map((row) => row.trait)}::text[], ${rows.map((row) => row.count)}::bigint[],
      ${rows.map((row) => row.firstSeen)}::timestamptz[], ${rows.map((row) => row.lastSeen)}::timestamptz[]
    ) AS n (site_id, connection_id, trait, count, first_seen, last_seen)
    -- a connection may have gone meanwhile
    JOIN connections c ON c.site_id = n.site_id AND c.id = n.connection_id
    ORDER BY n.site_id, n.connection_id, n.trait COLLATE "C"
    ON CONFLICT (site_id, connection_id, trait) DO UPDATE SET count = t.count + excluded.count,
      first_seen = least(t.first_seen, excluded.first_seen), last_seen = greatest(t.last_seen, excluded.last_seen)`);
}
