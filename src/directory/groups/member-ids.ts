import { type Database, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import { isLiving } from '../living.js';
import { isObjectId } from '../object-id.js';
import type { MemberChange, UnknownMembers } from './group-profile.js';

/** What the ids of a membership change name. */
export interface NamedMembers {
  readonly userIds: readonly string[];
  readonly groupIds: readonly string[];
  /** Ids of nothing visible in this site. */
  readonly unknown: readonly string[];
}

/** The ids that a change adds, which must exist; and those it removes, which need not. */
export function idsOf(changes: readonly MemberChange[]): { added: string[]; removed: string[] } {
  const added = new Set<string>();
  const removed = new Set<string>();
  for (const change of changes) {
    if (change.kind === 'add' || change.kind === 'replaceAll') for (const id of change.ids) added.add(id);
    if (change.kind === 'remove') for (const id of change.ids) removed.add(id);
  }
  return { added: [...added], removed: [...removed] };
}

/** Looks the ids up among the visible users and groups of the site: another site's ids are unknown here. */
export async function nameMembers(database: Database, siteId: number, ids: readonly string[]): Promise<NamedMembers> {
  const possible = ids.filter(isObjectId);
  if (possible.length === 0) return { userIds: [], groupIds: [], unknown: [...ids] };
  const rows = await database.write<{ id: string; is_user: boolean }>(sql`
    SELECT id, true AS is_user FROM users u
    WHERE site_id = ${siteId} AND id = ANY (${possible}::uuid[]) AND ${isLiving(sql`u`)}
    UNION ALL
    SELECT id, false FROM groups g
    WHERE site_id = ${siteId} AND id = ANY (${possible}::uuid[]) AND ${isLiving(sql`g`)}`);
  const known = new Set(rows.map((row) => row.id));
  return {
    userIds: rows.filter((row) => row.is_user).map((row) => row.id),
    groupIds: rows.filter((row) => !row.is_user).map((row) => row.id),
    unknown: ids.filter((id) => !known.has(id)),
  };
}

/** @throws RollcallError `group.unknown-member` naming up to ten of the ids, unless unknown ids are to be skipped */
export function refuseUnknown(unknown: readonly string[], policy: UnknownMembers): void {
  if (unknown.length === 0 || policy === 'skip') return;
  const named = unknown.slice(0, 10).map((id) => id.slice(0, 64));
  throw new RollcallError(
    'invalid',
    'group.unknown-member',
    `members: no user or group has the id ${named.join(', ')}${unknown.length > 10 ? ` (and ${unknown.length - 10} more)` : ''}.`,
    { attribute: 'members', unknown: named },
  );
}
