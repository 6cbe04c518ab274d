import { type Sql, sql } from '../database/index.js';

/** The first number of the advisory lock's key, so that it meets no other use of advisory locks. */
const STRUCTURE = 7_364;

/** Takes the structure of a site for itself (design section 4): nobody's access can change meanwhile. */
export function takeStructureLock(siteId: number): Sql {
  return sql`SELECT pg_advisory_xact_lock(${STRUCTURE}, ${siteId})`;
}

/** Takes it together with others who do not change it. */
export function shareStructureLock(siteId: number): Sql {
  return sql`SELECT pg_advisory_xact_lock_shared(${STRUCTURE}, ${siteId})`;
}
