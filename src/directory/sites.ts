import { type Database, sql } from '../database/index.js';
import { RollcallError } from '../errors/index.js';

/** One customer's directory; everything but the sites themselves belongs to one. */
export interface Site {
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly createdAt: Date;
}

/** The site that exists without being asked for. */
export const DEFAULT_SITE = 'default';

const SITE_KEY = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * Creates a site. It is the one write that stands before any log, since a log belongs to a site.
 * @throws RollcallError `site.invalid-key`, `site.key-taken`
 */
export async function createSite(database: Database, key: string, name: string): Promise<Site> {
  if (!SITE_KEY.test(key)) {
    throw new RollcallError(
      'invalid',
      'site.invalid-key',
      'A site key is a lower-case letter followed by up to 62 letters, digits or hyphens.',
    );
  }
  const rows = await database.write<Site>(sql`
    INSERT INTO sites (key, name) VALUES (${key}, ${name}) ON CONFLICT (key) DO NOTHING
    RETURNING id, key, name, created_at AS "createdAt"`);
  const site = rows[0];
  if (site === undefined)
    throw new RollcallError('conflict', 'site.key-taken', `A site "${key}" exists; choose another key.`);
  return site;
}

/** Makes the default site on a first start; several servers may start at once. */
export async function ensureDefaultSite(database: Database): Promise<void> {
  await database.write(sql`
    INSERT INTO sites (key, name) VALUES (${DEFAULT_SITE}, 'Default site') ON CONFLICT (key) DO NOTHING`);
}

export function listSites(database: Database): Promise<Site[]> {
  return database.read<Site>(sql`SELECT id, key, name, created_at AS "createdAt" FROM sites ORDER BY id`);
}

/** @throws RollcallError `site.not-found` */
export async function findSite(database: Database, key: string): Promise<Site> {
  const rows = await database.read<Site>(sql`
    SELECT id, key, name, created_at AS "createdAt" FROM sites WHERE key = ${key}`);
  const site = rows[0];
  if (site === undefined) {
    throw new RollcallError('not-found', 'site.not-found', `There is no site "${key}"; see: rollcall site list.`);
  }
  return site;
}
