import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Database, sql } from '../../src/database/index.js';
import { RollcallError } from '../../src/errors/index.js';
import { CORE_TYPES, type JsonObject } from '../../src/scim/schema/index.js';
import {
  createImportStage,
  type ImportStage,
  imported,
  importedGroup,
  membersWanted,
} from '../support/import/import-stage.js';
import { type ImportStep, importSteps, OWNED, type WantedUser } from '../support/import/import-steps.js';
import { brokenInvariants } from '../support/invariants.js';
import { settleAll } from '../support/licensing/settle-all.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const RUNS = 60;
/** A slow machine does fewer runs rather than none. */
const MOST_MILLISECONDS = 60_000;

let test: TestDatabase;

beforeAll(async () => {
  test = await createTestDatabase();
});

afterAll(() => test.drop());

it('whatever an import does to many at once is what commands for one object do one after the other', async () => {
  await fc.assert(
    fc.asyncProperty(importSteps, async (steps) => {
      const [together, alone] = [await createSide(test.database), await createSide(test.database)];
      for (const step of steps) {
        const outcome = await attempt(() => performTogether(together, step));
        if (outcome === undefined) await performAlone(alone, step);
        // Two users cannot have one name, whichever way: then nothing has happened.
        else expect(outcome).toBe('user.user-name-taken');
        expect(await snapshot(together)).toEqual(await snapshot(alone));
        if (outcome === undefined && REPEATABLE.has(step.kind)) await expectNothingNew(together, step);
      }
      expect(await brokenInvariants(test.database, CORE_TYPES)).toEqual([]);
      for (const { stage } of [together, alone]) {
        expect(await settleAll(stage.world, stage.world.administrator)).toEqual([]);
      }
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: MOST_MILLISECONDS, markInterruptAsFailure: false },
  );
}, 300_000);

/** What is the same the second time. */
const REPEATABLE: ReadonlySet<ImportStep['kind']> = new Set(['updateUsers', 'renameGroups', 'members']);

async function expectNothingNew(side: Side, step: ImportStep): Promise<void> {
  const before = await traces(side);
  await performTogether(side, step);
  expect(await traces(side)).toEqual(before);
}

/** What a write leaves behind, whatever it writes. */
async function traces({ stage }: Side): Promise<unknown> {
  const { siteId } = stage.importer.actor;
  return test.database.write(sql`
    SELECT id::text, version, modified_at::text AS at FROM users WHERE site_id = ${siteId}
    UNION ALL SELECT id::text, version, modified_at::text FROM groups WHERE site_id = ${siteId}
    UNION ALL SELECT 'log', count(*), max(at)::text FROM log_entries WHERE site_id = ${siteId} ORDER BY 1`);
}

/** A site, and the ids of its users and groups in the order in which they were made. */
interface Side {
  readonly stage: ImportStage;
  readonly roleId: string;
  readonly users: string[];
  readonly groups: string[];
  readonly granted: Set<number>;
}

async function createSide(database: Database): Promise<Side> {
  const stage = await createImportStage(database);
  // Nobody waits, for who comes first depends on the ids of users.
  const { roles } = await stage.world.application({ key: 'wiki', licence: { seats: 1000, policy: 'wait' } });
  return { stage, roleId: roles.get('user') ?? '', users: [], groups: [], granted: new Set() };
}

function nth(ids: readonly string[], n: number): string | undefined {
  return ids[n % ids.length];
}

/** The ids of some, each once. */
function pick(ids: readonly string[], numbers: readonly number[]): string[] {
  return [...new Set(numbers.flatMap((n) => nth(ids, n) ?? []))];
}

/** The last word on each object. */
function byObject<Wanted>(ids: readonly string[], wanted: readonly Wanted[], number: (one: Wanted) => number) {
  return [...new Map(wanted.flatMap((one) => nth(ids, number(one)) ?? []).map((id) => [id, id])).keys()].map((id) => {
    const last = wanted.findLast((one) => nth(ids, number(one)) === id);
    if (last === undefined) throw new Error('Every id is one of those wanted');
    return { id, wanted: last };
  });
}

async function performTogether(side: Side, step: ImportStep): Promise<void> {
  const { stage, users, groups } = side;
  const { importer } = stage;
  switch (step.kind) {
    case 'createUsers': {
      const made = step.users.map((user) => imported({ ...user, cleared: clearedOf(user) }));
      await importer.importUsers(...made);
      users.push(...made.map(({ id }) => id));
      return;
    }
    case 'updateUsers': {
      const changes = byObject(users, step.users, ({ user }) => user);
      await importer.importUsers(
        ...changes.map(({ id, wanted: { user: _n, ...wanted } }) =>
          imported({ id, ...wanted, cleared: clearedOf(wanted) }),
        ),
      );
      return;
    }
    case 'removeUsers':
      await importer.removeUsers(...pick(users, step.users));
      return;
    case 'createGroups': {
      const made = step.names.map((displayName) => importedGroup({ displayName }));
      await importer.importGroups(...made);
      groups.push(...made.map(({ id }) => id));
      return;
    }
    case 'renameGroups': {
      const renames = byObject(groups, step.groups, ({ group }) => group);
      await importer.importGroups(...renames.map(({ id, wanted }) => importedGroup({ id, displayName: wanted.name })));
      return;
    }
    case 'removeGroups':
      await importer.removeGroups(...pick(groups, step.groups));
      return;
    case 'members':
      await importer.importMembers(...memberChanges(side, step));
      return;
    case 'grant':
      await grant(side, step.group);
  }
}

async function performAlone(side: Side, step: ImportStep): Promise<void> {
  const { stage, users, groups } = side;
  const { importer } = stage;
  switch (step.kind) {
    case 'createUsers':
      for (const user of step.users) users.push(await importer.createUser(attributesOf(user), user.externalId));
      return;
    case 'updateUsers': {
      const changes = byObject(users, step.users, ({ user }) => user);
      // One after the other names can be passed on only by way of others.
      for (const between of [true, false]) {
        for (const { id, wanted } of changes) {
          const name = between ? { userName: `between ${id}` } : {};
          const replaced = importer.replaceUser(id, { ...attributesOf(wanted), ...name }, wanted.externalId);
          await unlessGone(replaced);
        }
      }
      return;
    }
    case 'removeUsers':
      for (const id of pick(users, step.users)) await unlessGone(importer.deleteUser(id));
      return;
    case 'createGroups':
      for (const displayName of step.names) groups.push(await importer.createGroup({ displayName }, 'theirs'));
      return;
    case 'renameGroups':
      for (const { id, wanted } of byObject(groups, step.groups, ({ group }) => group)) {
        await unlessGone(importer.replaceGroup(id, { displayName: wanted.name }, 'theirs'));
      }
      return;
    case 'removeGroups':
      for (const id of pick(groups, step.groups)) await unlessGone(importer.deleteGroup(id));
      return;
    case 'members':
      for (const change of memberChanges(side, step)) {
        const { groupId, addUserIds, removeUserIds, addGroupIds, removeGroupIds } = change;
        const added = new Set([...addUserIds, ...addGroupIds]);
        const removed = [...removeUserIds, ...removeGroupIds].filter((id) => !added.has(id));
        await unlessGone(
          importer.changeMembers(groupId, { kind: 'remove', ids: removed }, { kind: 'add', ids: [...added] }),
        );
      }
      return;
    case 'grant':
      await grant(side, step.group);
  }
}

function memberChanges({ users, groups }: Side, { changes }: Extract<ImportStep, { kind: 'members' }>) {
  return byObject(groups, changes, ({ group }) => group).map(({ id, wanted }) =>
    membersWanted({
      groupId: id,
      addUserIds: pick(users, wanted.addUsers),
      removeUserIds: pick(users, wanted.removeUsers),
      addGroupIds: pick(groups, wanted.addGroups),
      removeGroupIds: pick(groups, wanted.removeGroups),
    }),
  );
}

async function grant({ stage, roleId, groups, granted }: Side, group: number): Promise<void> {
  const place = groups.length === 0 ? undefined : group % groups.length;
  if (place === undefined || granted.has(place)) return;
  await unlessGone(stage.world.grant(roleId, groups[place] ?? ''));
  granted.add(place);
}

function attributesOf({ userName, active, attributes }: WantedUser): JsonObject {
  return { userName, active, ...attributes };
}

function clearedOf({ attributes }: WantedUser): string[] {
  return OWNED.filter((name) => attributes[name] === undefined);
}

/** An import passes over what is gone. */
async function unlessGone(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof RollcallError) || error.kind !== 'not-found') throw error;
  }
}

async function attempt(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof RollcallError) return error.code;
    throw error;
  }
}

/** All that is kept, with numbers in place of ids, without versions and times. */
async function snapshot({ stage, roleId, users, groups }: Side): Promise<unknown> {
  const { siteId } = stage.importer.actor;
  const numbers = new Map([
    ...users.map((id, n) => [id, `user ${n}`] as const),
    ...groups.map((id, n) => [id, `group ${n}`] as const),
  ]);
  const connectionId = stage.importer.actor.connection?.id ?? '';
  const parts = await Promise.all(
    TABLES.map(async ([name, rows]) => {
      const found = await test.database.write<{ row: string }>(sql`
        SELECT to_jsonb(kept)::text AS row FROM (${rows}) kept WHERE kept.site_id = ${siteId}`);
      const texts = found.map(({ row }) =>
        row
          .replaceAll(connectionId, 'the connection')
          .replaceAll(roleId, 'the role')
          .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => numbers.get(id) ?? id)
          .replace(`"site_id": ${siteId}`, ''),
      );
      return [name, texts.sort()];
    }),
  );
  return Object.fromEntries(parts);
}

const TABLES = [
  [
    'users',
    sql`SELECT site_id, id, user_name, user_name_key, display_name, state, resumes_to, manager_id, owner_connection_id,
          document - 'schemas' AS document, folded - 'schemas' AS folded,
          ARRAY(SELECT jsonb_array_elements_text(document -> 'schemas') ORDER BY 1) AS schemas,
          deleted_at IS NOT NULL AS deleted FROM users`,
  ],
  ['emails', sql`SELECT * FROM user_emails`],
  ['identities', sql`SELECT site_id, object_id, object_type, external_id FROM identities`],
  [
    'groups',
    sql`SELECT site_id, id, display_name, display_name_key, owner_connection_id, document, folded,
          deleted_at IS NOT NULL AS deleted FROM groups`,
  ],
  ['memberships', sql`SELECT site_id, group_id, user_id, owner_connection_id FROM memberships`],
  ['nestings', sql`SELECT site_id, group_id, child_group_id, owner_connection_id FROM nestings`],
  ['closure', sql`SELECT * FROM group_closure`],
  ['entitlements', sql`SELECT site_id, user_id, role_id FROM entitlements`],
  ['seats', sql`SELECT site_id, seats_used FROM licences`],
  [
    'counts',
    sql`SELECT site_id, object_type, sum(difference) AS total FROM object_count_deltas
        GROUP BY site_id, object_type HAVING sum(difference) <> 0`,
  ],
] as const;
