import { LRUCache } from 'lru-cache';
import { type Database, sql } from '../../database/index.js';

/** What a user's `groups` say of a living group. */
export interface GroupOutline {
  readonly id: string;
  readonly displayName: string;
  /** Every group that it lies in, through however many others. */
  readonly ancestorIds: readonly string[];
}

/** Names and nesting of groups, remembered per site as long as the site's groups version stays the same. */
export interface GroupOutlines {
  /**
   * The living groups among the ids, with their ancestors.
   * @param version the site's groups version, from the statement that read the ids
   */
  find(siteId: number, version: number, ids: readonly string[]): Promise<ReadonlyMap<string, GroupOutline>>;
}

/** A deleted group is remembered as well: its memberships stay, and must not be looked up every time. */
type Remembered = GroupOutline | 'gone';

interface SiteOutlines {
  readonly version: number;
  readonly groups: LRUCache<string, Remembered>;
}

const MOST_SITES = 100;
const MOST_GROUPS = 100_000;

interface OutlineRow {
  id: string;
  display_name: string;
  ancestors: string | null;
  groups_version: number;
}

/**
 * Joining names and nesting to every user that is read would cost more than the user itself (measured: 220 µs of
 * database time for 10 direct and 10 indirect groups, the ids alone 30 µs). Renames, deletions and nesting are rare
 * and raise the site's groups version in their own transaction; a reader that sees the new version asks anew, so
 * nothing that is shown is ever older than the statement that read the user.
 */
export function createGroupOutlines(database: Database): GroupOutlines {
  const sites = new LRUCache<number, SiteOutlines>({ max: MOST_SITES });

  function ofVersion(siteId: number, version: number): SiteOutlines {
    const known = sites.get(siteId);
    if (known !== undefined && known.version >= version) return known;
    const site = { version, groups: new LRUCache<string, Remembered>({ max: MOST_GROUPS }) };
    sites.set(siteId, site);
    return site;
  }

  async function load(siteId: number, ids: readonly string[]): Promise<number | undefined> {
    const rows = await readOutlines(database, siteId, ids);
    const version = rows[0]?.groups_version;
    const site = version === undefined ? sites.get(siteId) : ofVersion(siteId, version);
    for (const id of ids) site?.groups.set(id, 'gone');
    for (const row of rows) {
      const ancestorIds = parseIds(row.ancestors);
      site?.groups.set(row.id, { id: row.id, displayName: row.display_name, ancestorIds });
    }
    return version;
  }

  return {
    async find(siteId, version, ids) {
      let site = ofVersion(siteId, version);
      const missing = ids.filter((id) => !site.groups.has(id));
      if (missing.length > 0) {
        const loaded = await load(siteId, missing);
        // A change came in between: the others are asked anew as well.
        if (loaded !== undefined && loaded > version) await load(siteId, ids);
        site = sites.get(siteId) ?? site;
      }
      const found = new Map<string, GroupOutline>();
      for (const id of ids) collect(site, id, found);
      return found;
    },
  };
}

function collect(site: SiteOutlines, id: string, found: Map<string, GroupOutline>): void {
  const outline = site.groups.get(id);
  if (outline === undefined || outline === 'gone') return;
  found.set(id, outline);
  for (const ancestorId of outline.ancestorIds) {
    const ancestor = site.groups.get(ancestorId);
    if (ancestor !== undefined && ancestor !== 'gone') found.set(ancestorId, ancestor);
  }
}

/** The ids of a uuid[] that PostgreSQL hands over as text, `{a,b}`: quicker to take apart than pg's array parser. */
export function parseIds(array: string | null): string[] {
  return array === null || array === '{}' ? [] : array.slice(1, -1).split(',');
}

/** On the primary: what a lagging replica says must not be remembered under a newer version. */
function readOutlines(database: Database, siteId: number, ids: readonly string[]): Promise<OutlineRow[]> {
  return database.write<OutlineRow>(sql`
    SELECT g.id, g.display_name, s.groups_version,
      (SELECT array_agg(c.ancestor_id)::text FROM group_closure c
       WHERE c.site_id = g.site_id AND c.descendant_id = g.id) AS ancestors
    FROM sites s JOIN groups g ON g.site_id = s.id AND g.deleted_at IS NULL AND g.id IN (
      SELECT unnest(${ids}::uuid[])
      UNION
      SELECT ancestor_id FROM group_closure WHERE site_id = ${siteId} AND descendant_id = ANY (${ids}::uuid[])
    )
    WHERE s.id = ${siteId}`);
}
