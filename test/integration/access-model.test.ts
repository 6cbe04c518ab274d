import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from '../../src/database/index.js';
import { RollcallError } from '../../src/errors/index.js';
import { AccessModel, type ModelClient } from '../support/licensing/access-model.js';
import { type Step, seats, steps } from '../support/licensing/access-steps.js';
import { expected } from '../support/licensing/expected.js';
import { NaiveModel, type NaivePool, ROLES, type Role } from '../support/licensing/naive-model.js';
import { createStage } from '../support/licensing/stage.js';
import { type Answer, type ScimClient, type ScimServer, startScimServer } from '../support/scim-server.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const pool = fc.record({
  seats,
  policy: fc.constantFrom('wait', 'wait', 'refuse', 'allow'),
}) as fc.Arbitrary<NaivePool>;

const plan = fc.record({
  pools: fc.tuple(pool, pool).map(([a, b]) => new Map([['A', a] as const, ['B', b] as const])),
  poolOf: fc.constant(
    new Map<Role, string>([
      ['lead', 'A'],
      ['admin', 'A'],
      ['user', 'B'],
    ]),
  ),
});

const settings = fc.record({ showEntitlements: fc.boolean(), assign: fc.boolean() });
/** The one that can be misled, and any other. */
const clients = fc.tuple(fc.constant({ showEntitlements: true, assign: true }), settings);

const START: readonly Step[] = [
  ...[0, 1, 0].map((client) => ({ kind: 'create' as const, client, values: [] })),
  ...(['lead', 'admin', 'user'] as const).map((key, holder) => ({
    kind: 'grant' as const,
    role: key,
    toUser: false,
    holder,
  })),
];

const RUNS = 25;
/** A slow machine does fewer runs rather than none. */
const MOST_MILLISECONDS = 40_000;

let server: ScimServer;

beforeAll(async () => {
  server = await startScimServer();
});

afterAll(() => server.close());

it('whatever groups, administrators and clients do, access, grants, seats and what is shown agree', async () => {
  await fc.assert(
    fc.asyncProperty(plan, clients, steps, async (pools, both, taken) => {
      const world = await createTwoClients(pools, both);
      for (const next of [...START, ...taken]) await world.perform(next);
      expect(await world.stage.settleAll()).toEqual([]);
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: MOST_MILLISECONDS, markInterruptAsFailure: false },
  );
}, 300_000);

type Settings = { readonly showEntitlements: boolean; readonly assign: boolean };

interface Member {
  readonly model: ModelClient;
  readonly scim: ScimClient;
  /** What it read last of each user, and what it was shown then. */
  readonly seen: Map<string, { body: Answer['body']; shown: string }>;
  /** The representations that it has seen, by user and entity tag. */
  readonly tags: Map<string, string>;
}

async function createTwoClients(
  pools: { pools: Map<string, NaivePool>; poolOf: Map<Role, string> },
  both: readonly Settings[],
) {
  const stage = await createStage(pools, server.database);
  const { siteId } = stage.world.administrator;
  const members: Member[] = [];
  for (const each of both) {
    const scim = await server.connect(each, siteId);
    const model = { id: scim.connectionId, shows: each.showEntitlements, assigns: each.assign };
    members.push({ model, scim, seen: new Map(), tags: new Map() });
  }
  let model = new AccessModel(new NaiveModel(structuredClone(pools.pools), pools.poolOf));
  for (const name of ['one', 'two', 'three']) {
    model.naive.apply({ kind: 'createGroup', id: await stage.world.group(name), members: [] });
  }

  const member = (n: number): Member => members[n % members.length] as Member;
  const nth = (ids: readonly string[], n: number): string => ids[n % ids.length] ?? '';

  /** Does a step with the server and with a copy of the model: both come through, or neither. */
  async function bothDo(
    request: () => Promise<{ failure?: string; status?: number }>,
    change: (next: AccessModel) => void,
  ): Promise<void> {
    const outcome = await request();
    const next = model.copy();
    const failure = caught(() => change(next));
    if (failure === undefined) model = next;
    if (outcome.status === undefined) expect(outcome.failure).toBe(failure);
    else expect(outcome.status).toBe(failure === undefined ? 200 : 403);
  }

  async function perform(step: Step): Promise<void> {
    const users = model.naive.livingUsers();
    const groups = model.naive.livingGroups();
    switch (step.kind) {
      case 'create':
        await create(member(step.client), step.values);
        break;
      case 'join':
      case 'leave': {
        const change = { kind: step.kind === 'join' ? 'add' : 'remove', ids: [nth(users, step.user)] } as const;
        const group = nth(groups, step.group);
        await bothDo(
          () => attempt(stage.perform({ kind: 'members', group, changes: [change] })),
          (next) => next.naive.apply({ kind: 'members', group, changes: [change] }),
        );
        break;
      }
      case 'grant':
      case 'ungrant':
        await grant(step, nth(step.toUser ? users : groups, step.holder));
        break;
      case 'setSeats':
        await bothDo(
          () => attempt(stage.perform(step)),
          (next) => next.naive.apply(step),
        );
        break;
      case 'move': {
        const { id } = member(step.client).model;
        const user = nth(users, step.user);
        await server.database.write(sql`UPDATE users SET owner_connection_id = ${id} WHERE id = ${user}`);
        model.owners.set(user, id);
        break;
      }
      default:
        await onUserOf(step, member(step.client), nth(users, step.user));
    }
    await compare();
  }

  async function create({ model: client, scim }: Member, wanted: readonly string[]): Promise<void> {
    const userName = `user${model.naive.users.size}-${Math.random()}`;
    const body = { schemas: [USER], userName, roles: elements(wanted) };
    const { status, body: created } = await scim.request('POST', '/Users', body);
    await bothDo(
      async () => ({ status: status === 201 ? 200 : status }),
      (next) => next.create(client, created.id ?? 'nobody', wanted),
    );
  }

  async function grant(step: Extract<Step, { kind: 'grant' | 'ungrant' }>, holder: string): Promise<void> {
    const { role: key, kind, toUser } = step;
    await bothDo(
      () => attempt(stage.perform({ kind, role: key, to: toUser ? 'user' : 'group', holder })),
      (next) => {
        if (!toUser) next.naive.apply({ kind, role: key, holder });
        else if (kind === 'grant') next.administratorGrants(key, holder);
        else next.administratorTakes(key, holder);
      },
    );
  }

  async function onUserOf(
    step: Extract<Step, { readonly client: number; readonly user: number }>,
    one: Member,
    user: string,
  ): Promise<void> {
    const patch = async (operation: object) => {
      const { status } = await one.scim.request('PATCH', `/Users/${user}`, {
        schemas: [PATCH],
        Operations: [operation],
      });
      return { status };
    };
    const { model: client } = one;
    const active = model.isActive(user);
    switch (step.kind) {
      case 'read':
        await read(one, user);
        break;
      case 'put':
        await put(one, user, step);
        break;
      case 'add': {
        const asked = { user, values: [...model.read(client, user), step.value], active, knowsCurrent: true };
        const operation = { op: 'add', path: 'roles', value: elements([step.value]) };
        await bothDo(
          () => patch(operation),
          (next) => next.write(client, asked),
        );
        break;
      }
      case 'remove': {
        // What is not there cannot be removed: whether that is an error is the profile's affair.
        if (!model.read(client, user).includes(step.value)) break;
        const left = model.read(client, user).filter((other) => other !== step.value);
        const operation = { op: 'remove', path: `roles[value eq "${step.value}"]` };
        await bothDo(
          () => patch(operation),
          (next) => next.write(client, { user, values: left, active, knowsCurrent: true }),
        );
        break;
      }
      case 'replace': {
        const operation = { op: 'replace', path: 'roles', value: elements(step.values) };
        const asked = { user, values: step.values, active, knowsCurrent: false };
        await bothDo(
          () => patch(operation),
          (next) => next.write(client, asked),
        );
        break;
      }
      case 'setActive':
        await bothDo(
          () => patch({ op: 'replace', path: 'active', value: step.active }),
          (next) => next.setActive(client, user, step.active),
        );
        break;
    }
  }

  /** Puts back what was read last, however long ago, with some roles added and removed. */
  async function put(one: Member, user: string, step: Extract<Step, { kind: 'put' }>): Promise<void> {
    if (!one.seen.has(user)) await read(one, user);
    const { body, shown } = one.seen.get(user) ?? { body: {}, shown: '' };
    const kept = (body.roles ?? []).filter((element: { value: string }) => !step.remove.includes(element.value));
    const roles = [...kept, ...elements(step.add)];
    const { meta, ...unversioned } = body;
    const { status } = await one.scim.request('PUT', `/Users/${user}`, {
      ...unversioned,
      ...(step.versioned ? { meta } : {}),
      roles,
    });
    await bothDo(
      async () => ({ status }),
      (next) =>
        next.write(one.model, {
          user,
          values: roles.map((element) => element.value),
          active: body.active,
          knowsCurrent: step.versioned && shown === shownTo(one, user),
        }),
    );
  }

  async function read(one: Member, user: string): Promise<void> {
    const { body } = await one.scim.request('GET', `/Users/${user}`);
    one.seen.set(user, { body, shown: shownTo(one, user) });
  }

  const shownTo = ({ model: client }: Member, user: string): string =>
    JSON.stringify([model.shown(client, user), model.shownSeat(client, user)]);

  /** Tables, answers and versions against the model. */
  async function compare(): Promise<void> {
    expect(await stage.snapshot()).toEqual(expected(model.naive));
    const rows = await server.database.write<{ id: string; grants: string[]; roles: { value: string }[] | null }>(sql`
      SELECT u.id, u.document -> 'roles' AS roles, ARRAY(
        SELECT r.key || ' ' || coalesce(g.connection_id::text, 'administrator') FROM grants g
        JOIN application_roles r ON r.id = g.role_id WHERE g.user_id = u.id ORDER BY 1) AS grants
      FROM users u WHERE u.site_id = ${siteId}`);
    for (const { id, grants, roles } of rows) {
      const given = ROLES.flatMap((key) =>
        [...(model.givers.get(`${key} ${id}`) ?? [])].map((giver) => `${key} ${giver}`),
      );
      expect(grants).toEqual(given.sort());
      expect(valuesOf(roles ?? [])).toEqual([...(model.written.get(id) ?? [])].sort());
    }
    for (const one of members) await compareList(one);
  }

  async function compareList({ model: client, scim, tags }: Member): Promise<void> {
    const { body } = await scim.request('GET', '/Users?count=100');
    // A version says nothing of groups.
    for (const { meta, groups: _groups, ...user } of body.Resources) {
      expect(valuesOf(user.roles ?? [])).toEqual(model.read(client, user.id));
      const seat = model.shownSeat(client, user.id);
      const displays = (user.entitlements ?? []).map(({ display }: { display: string }) => display);
      expect(displays).toEqual(seat === undefined ? [] : [`wiki: ${seat}`]);
      // One tag never stands for two representations.
      const key = `${user.id} ${meta.version}`;
      const text = JSON.stringify(user);
      expect(tags.get(key) ?? text).toBe(text);
      tags.set(key, text);
    }
  }

  return { stage, perform };
}

function elements(of: readonly string[]): { value: string }[] {
  return of.map((each) => ({ value: each }));
}

function valuesOf(roles: readonly { readonly value: string }[]): string[] {
  return [...new Set(roles.map((element) => element.value))].sort();
}

async function attempt(work: Promise<void>): Promise<{ failure?: string }> {
  try {
    await work;
    return {};
  } catch (error) {
    if (error instanceof RollcallError) return { failure: error.code };
    throw error;
  }
}

function caught(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
