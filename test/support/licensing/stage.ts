import type { CommandSource, Outlook } from '../../../src/change/index.js';
import { type Database, sql } from '../../../src/database/index.js';
import {
  deleteGroup,
  deleteUser,
  reactivateByDecision,
  restoreGroup,
  restoreUser,
  suspendUser,
  updateGroup,
} from '../../../src/directory/index.js';
import { addGrant, changeLicence, changeUserType, removeGrant } from '../../../src/licensing/index.js';
import { createWorld, type World } from '../directory-world.js';
import { type Change, ROLES, type Role, type UserType } from './naive-model.js';
import { settleAll } from './settle-all.js';

export interface PoolPlan {
  readonly seats: number | undefined;
  readonly policy: 'wait' | 'refuse' | 'allow';
}

/** Pools by key, and the pool of each role that takes a seat; a role may lie in none. */
export interface StagePlan {
  readonly pools: ReadonlyMap<string, PoolPlan>;
  readonly poolOf: ReadonlyMap<Role, string>;
}

/** What an administrator or connection does, by ids of users and groups and keys of roles and pools. */
export type Deed =
  | { readonly kind: 'setType'; readonly user: string; readonly type: UserType }
  | { readonly kind: 'suspend' | 'reactivate' | 'deleteUser' | 'restoreUser'; readonly user: string }
  | { readonly kind: 'deleteGroup' | 'restoreGroup'; readonly group: string }
  | { readonly kind: 'grant' | 'ungrant'; readonly role: Role; readonly to: 'group' | 'user'; readonly holder: string }
  | { readonly kind: 'setSeats'; readonly pool: string; readonly seats: number | undefined }
  | { readonly kind: 'members'; readonly group: string; readonly changes: readonly Change[] };

/** One application on a real database, whose commands take keys of roles and pools. */
export interface Stage {
  readonly world: World;
  readonly applicationId: string;
  /** What would come of it. */
  simulate(deed: Deed): Promise<Outlook>;
  perform(deed: Deed): Promise<void>;
  snapshot(): Promise<Snapshot>;
  /** Works out everybody's access anew; what comes back differs from what was kept. */
  settleAll(): Promise<readonly unknown[]>;
}

/** What is kept, as plain text that compares well. */
export interface Snapshot {
  readonly held: readonly string[];
  /** By pool, in the order of its queue; without deleted users, whose places are settled when they are restored. */
  readonly queues: Readonly<Record<string, readonly string[]>>;
  /** Only of pools with a limit: nobody counts the others. */
  readonly used: Readonly<Record<string, number>>;
  readonly closure: readonly string[];
  readonly members: readonly string[];
}

/** @param shared see createWorld */
export async function createStage(plan: StagePlan, shared?: Database): Promise<Stage> {
  const world = await createWorld(shared);
  const { siteId } = world.administrator;
  const roles = ROLES.map((key) => ({ key, takesSeat: key !== 'guest' }));
  const application = await world.application({ key: 'wiki', roles });
  const found = await world.database.read<{ id: string }>(sql`SELECT id FROM applications WHERE site_id = ${siteId}`);
  const applicationId = found[0]?.id ?? '';
  const role = (key: Role) => application.roles.get(key) ?? '';
  const pools = await makePools(world, applicationId, plan, role);
  const { administrator, actor, database, change } = world;
  const source = (deed: Deed): CommandSource<unknown> => {
    switch (deed.kind) {
      case 'deleteUser':
        return () => deleteUser(database, administrator, deed.user, () => undefined);
      case 'restoreUser':
        return () => restoreUser(database, administrator, deed.user, undefined);
      case 'setType':
        return () => changeUserType(administrator, deed.user, deed.type);
      case 'suspend':
        return () => suspendUser(administrator, deed.user, { reason: 'test', until: undefined });
      case 'reactivate':
        return () => reactivateByDecision(administrator, deed.user);
      case 'restoreGroup':
        return () => restoreGroup(administrator, deed.group);
      case 'deleteGroup':
        return () => deleteGroup(administrator, deed.group, () => undefined);
      case 'setSeats':
        return () => changeLicence(administrator, pools.get(deed.pool) ?? '', { seats: deed.seats });
      case 'members':
        return () => updateGroup(database, actor, deed.group, { members: deed.changes, unknownMembers: 'reject' });
      default: {
        const holder = { kind: deed.to, id: deed.holder };
        const command = deed.kind === 'grant' ? addGrant : removeGrant;
        return () => command(administrator, role(deed.role), holder);
      }
    }
  };

  return {
    world,
    applicationId,
    simulate: (deed) => change.simulate(deed.kind === 'members' ? actor : administrator, [source(deed)]),
    async perform(deed) {
      const by = deed.kind === 'members' ? actor : administrator;
      await change.run(by, REQUESTS[deed.kind], source(deed));
    },
    snapshot: () => snapshot(world),
    settleAll: () => settleAll(world, world.administrator),
  };
}

const REQUESTS = {
  setType: { action: 'user.set-type', objectType: 'User' },
  suspend: { action: 'user.suspend', objectType: 'User' },
  reactivate: { action: 'user.reactivate', objectType: 'User' },
  deleteUser: { action: 'user.delete', objectType: 'User' },
  restoreUser: { action: 'user.restore', objectType: 'User' },
  restoreGroup: { action: 'group.restore', objectType: 'Group' },
  deleteGroup: { action: 'group.delete', objectType: 'Group' },
  grant: { action: 'grant.add', objectType: 'Grant' },
  ungrant: { action: 'grant.remove', objectType: 'Grant' },
  setSeats: { action: 'licence.change', objectType: 'Licence' },
  members: { action: 'group.update', objectType: 'Group' },
} as const;

/** Several pools for one application, straight into their tables: no command makes them yet. */
async function makePools(world: World, applicationId: string, plan: StagePlan, role: (key: Role) => string) {
  const { siteId } = world.administrator;
  const ids = new Map<string, string>();
  for (const [key, { seats, policy }] of plan.pools) {
    const made = await world.database.write<{ id: string }>(sql`
      INSERT INTO licences (site_id, id, application_id, name, seats, policy)
      VALUES (${siteId}, gen_random_uuid(), ${applicationId}, ${key}, ${seats ?? null}, ${policy}) RETURNING id`);
    ids.set(key, made[0]?.id ?? '');
  }
  for (const [key, pool] of plan.poolOf) {
    await world.database.write(sql`
      INSERT INTO licence_roles (site_id, role_id, licence_id) VALUES (${siteId}, ${role(key)}, ${ids.get(pool)})`);
  }
  return ids;
}

async function snapshot(world: World): Promise<Snapshot> {
  const { siteId } = world.administrator;
  const rows = await world.database.write<{
    kind: 'held' | 'closure' | 'members' | 'place' | 'used';
    pool: string;
    text: string;
  }>(sql`
    SELECT 'held' AS kind, l.name AS pool, concat_ws(' ', e.user_id, r.key, l.name) AS text, 0 AS place
    FROM entitlements e JOIN application_roles r ON r.id = e.role_id LEFT JOIN licences l ON l.id = e.licence_id
    WHERE e.site_id = ${siteId}
    UNION ALL
    SELECT 'place', l.name, concat_ws(' ', w.user_id, r.key), row_number() OVER (ORDER BY w.since, w.sequence)
    FROM waiting_places w JOIN application_roles r ON r.id = w.role_id JOIN licences l ON l.id = w.licence_id
    JOIN users u ON u.id = w.user_id AND u.deleted_at IS NULL
    WHERE w.site_id = ${siteId}
    UNION ALL
    SELECT 'used', name, seats_used::text, 0 FROM licences WHERE site_id = ${siteId} AND seats IS NOT NULL
    UNION ALL
    SELECT 'closure', '', concat_ws(' ', ancestor_id, descendant_id), 0 FROM group_closure WHERE site_id = ${siteId}
    UNION ALL
    SELECT 'members', '', concat_ws(' ', group_id, user_id), 0 FROM memberships WHERE site_id = ${siteId}
    UNION ALL
    SELECT 'members', '', concat_ws(' ', group_id, child_group_id), 0 FROM nestings WHERE site_id = ${siteId}
    ORDER BY place`);
  const text = (kind: string) => rows.filter((row) => row.kind === kind).map((row) => row.text);
  const queues: Record<string, string[]> = {};
  const used: Record<string, number> = {};
  for (const row of rows) {
    if (row.kind === 'place') queues[row.pool] = [...(queues[row.pool] ?? []), row.text];
    if (row.kind === 'used') used[row.pool] = Number(row.text);
  }
  return { held: text('held').sort(), queues, used, closure: text('closure').sort(), members: text('members').sort() };
}
