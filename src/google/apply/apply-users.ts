import type { Change } from '../../change/index.js';
import { type Database, type Sql, sql } from '../../database/index.js';
import { type Actor, comparisonKey, type ImportedUser, importUsers, restoreUser } from '../../directory/index.js';
import type { GoogleSettings } from '../connections/index.js';
import type { JsonObject } from '../json.js';
import { ENTERPRISE, PHASES } from '../plan/index.js';
import { markOutcome, markRefused, noting, restoreFirst } from './noting.js';
import { type Applying, itemColumns, type PlanItem, plannedItems } from './plan-item.js';

export interface ApplyDependencies {
  readonly database: Database;
  readonly change: Change;
}

/** More in one transaction are no quicker, and hold their locks longer. */
const USERS_TOGETHER = 1000;

interface UserItem extends PlanItem {
  readonly data: {
    readonly active?: boolean;
    readonly as?: string;
    readonly userName?: string;
    readonly version?: number;
  };
  /** Of the walk; null where the item is about what the walk did not find. */
  readonly staged: StagedValues | null;
}

interface StagedValues {
  readonly writeAs: ImportedUser['as'];
  readonly userName: string;
  readonly displayName: string | null;
  readonly managerId: string | null;
  readonly emails: NonNullable<ImportedUser['emails']>;
  readonly document: JsonObject;
  readonly folded: JsonObject;
  readonly cleared: readonly string[];
  readonly hash: string;
}

/**
 * Applies the next users of a phase. Renames go all together, since names may move round in a circle.
 * @returns how many items were looked at; 0 when the phase is done
 */
export async function applyUsers(
  { database, change }: ApplyDependencies,
  actor: Actor,
  applying: Applying,
  phase: number,
  takes: GoogleSettings['takes'],
): Promise<number> {
  const limit = phase === PHASES.renameUsers ? sql`ALL` : sql`${USERS_TOGETHER}`;
  const items = await database.write<UserItem>(userItems(applying, phase, limit));
  if (items.length === 0) return 0;
  const going = await restoreFirst(database, applying, items, ({ objectId }) => {
    const request = { action: 'user.restore', objectType: 'User', objectId } as const;
    return change.run(actor, request, () => restoreUser(database, actor, objectId, undefined));
  });
  const outcome = await change.runSplit(actor, {
    items: going,
    nameOf: ({ objectId }) => objectId,
    requestOf: ({ action, objectId }) => ({
      action: action === 'create' ? 'user.create' : 'user.update',
      objectType: 'User',
      objectId: action === 'create' ? undefined : objectId,
    }),
    command: (some) =>
      noting(
        importUsers(
          actor,
          some.map((item) => importedUser(item, takes)),
        ),
        (result) => [
          ...markOutcome(applying, some, result),
          ...remember(applying, some, new Set(result.changed), new Set(result.unchanged)),
        ],
      ),
  });
  for (const { item, error } of outcome.refused) await markRefused(database, applying, item.sequence, error);
  return items.length;
}

function userItems(applying: Applying, phase: number, limit: Sql): Sql {
  return sql`
    SELECT ${itemColumns}, i.data, CASE WHEN s.google_id IS NOT NULL THEN jsonb_build_object('writeAs', m.write_as,
      'userName', coalesce(m.name, s.user_name), 'displayName', s.display_name, 'managerId', m.manager_id,
      'emails', s.emails, 'document', s.document, 'folded', s.folded, 'cleared', s.cleared, 'hash', m.hash) END AS staged
    FROM google_plan_items i
    LEFT JOIN google_matches m ON m.site_id = i.site_id AND m.run_id = i.run_id AND m.object_type = 'User'
      AND m.google_id = i.google_id AND i.action NOT IN ('deactivate', 'free-name')
    LEFT JOIN google_staged_users s ON s.site_id = m.site_id AND s.run_id = m.run_id AND s.google_id = m.google_id
    WHERE ${plannedItems(applying, phase)} AND i.kind = 'user' AND i.action IN ('deactivate', 'free-name', 'create', 'restore',
      'link', 'relink', 'take-over', 'reactivate', 'update')
    ORDER BY i.sequence LIMIT ${limit}`;
}

function importedUser(
  { objectId, googleId, reason, data, staged }: UserItem,
  takes: GoogleSettings['takes'],
): ImportedUser {
  const { active, userName } = data;
  const said = active === undefined ? {} : { active };
  const known = { id: objectId, externalId: googleId, reason, ...said };
  if (staged === null) {
    const document = userName === undefined ? {} : { userName };
    const folded = userName === undefined ? {} : { userName: comparisonKey(userName) };
    const named = userName === undefined ? {} : { userName };
    return {
      ...known,
      as: (data.as as ImportedUser['as'] | undefined) ?? 'own',
      ...named,
      document,
      folded,
      cleared: [],
    };
  }
  return { ...known, as: staged.writeAs, ...attributesOf(staged, staged.writeAs === 'guest' ? takes : undefined) };
}

/** @param takes of a user who belongs to somebody else these attributes alone */
function attributesOf(staged: StagedValues, takes: readonly string[] | undefined) {
  const { userName, displayName, managerId, emails } = staged;
  const isOwned = (name: string) => takes === undefined || takes.includes(name);
  const document = only({ ...withManager(staged.document, managerId), userName }, isOwned);
  const folded = only({ ...withManager(staged.folded, managerId), userName: comparisonKey(userName) }, isOwned);
  const cleared = staged.cleared.filter((name) => isOwned(name) && !Object.hasOwn(document, name));
  const mentions = (name: string) => Object.hasOwn(document, name) || cleared.includes(name);
  return {
    document,
    folded,
    cleared,
    ...(isOwned('userName') ? { userName } : {}),
    ...(displayName !== null && mentions('displayName') ? { displayName } : {}),
    ...(mentions(ENTERPRISE) ? { managerId } : {}),
    ...(mentions('emails') ? { emails } : {}),
  };
}

function only(document: JsonObject, isOwned: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(document).filter(([name]) => isOwned(name)));
}

function withManager(document: JsonObject, managerId: string | null): JsonObject {
  if (managerId === null) return document;
  const extension = document[ENTERPRISE];
  return { ...document, [ENTERPRISE]: { ...(extension as JsonObject | undefined), manager: { value: managerId } } };
}

/** What was written, and which version of the user that made: as long as both stay there is nothing to compare. */
function remember(
  { siteId, connectionId }: Applying,
  items: readonly UserItem[],
  changed: ReadonlySet<string>,
  unchanged: ReadonlySet<string>,
): Sql[] {
  const known = items.flatMap(({ objectId, staged, data: { version } }) => {
    if (staged === null || !(changed.has(objectId) || unchanged.has(objectId))) return [];
    return [{ object_id: objectId, hash: staged.hash, version: (version ?? 0) + (changed.has(objectId) ? 1 : 0) }];
  });
  if (known.length === 0) return [];
  return [
    sql`
      INSERT INTO google_applied (site_id, connection_id, object_id, hash, version)
      SELECT ${siteId}, ${connectionId}::uuid, object_id, hash, version
      FROM json_to_recordset(${JSON.stringify(known)}::json) AS known (object_id uuid, hash text, version bigint)
      ON CONFLICT (site_id, connection_id, object_id) DO UPDATE SET hash = excluded.hash, version = excluded.version`,
  ];
}
