import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eraseUserEverywhere } from '../../src/change/index.js';
import { sql } from '../../src/database/index.js';
import {
  deactivateUser,
  endSuspensions,
  reactivateByDecision,
  restoreGroup,
  restoreUser,
  suspendUser,
} from '../../src/directory/index.js';
import {
  addLicence,
  changeApplication,
  changeLicence,
  changeOver,
  changeRole,
  findApplication,
  removeApplication,
  removeLicence,
  removeRole,
} from '../../src/licensing/index.js';
import { disableWebhook } from '../../src/webhooks/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';
import { createWebhookStage, eventsOf, type WebhookStage } from '../support/webhook-stage.js';

const URL = 'https://wiki.example.com/hook';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const ROLES = [
  { key: 'admin', takesSeat: true },
  { key: 'user', takesSeat: true },
];

let access: AccessServer;
let client: AccessClient;
let stage: WebhookStage;
let staff: string;

beforeAll(async () => {
  access = await startAccessServer();
  client = await access.client({ assign: true });
  stage = createWebhookStage(access.server);
});
afterAll(() => access.close());

beforeEach(async () => {
  const { database } = access.server;
  for (const table of ['applications', 'grants', 'entitlements', 'waiting_places', 'webhooks', 'webhook_deliveries']) {
    await database.write({ text: `DELETE FROM ${table}`, values: [] });
  }
  await database.write(sql`
    UPDATE users SET deleted_at = now(), user_name_key = user_name_key || id::text WHERE deleted_at IS NULL`);
  await access.application({ key: 'wiki', roles: ROLES });
  await stage.webhook('wiki', URL);
  staff = await client.group('Staff');
  await access.grant('wiki:user', { kind: 'group', id: staff });
});

const application = () => findApplication(access.server.database, access.server.siteId, 'wiki');
/** What was written down since the last time. */
async function news(): Promise<string[]> {
  const events = await eventsOf(access.server.database);
  await access.server.database.write(sql`DELETE FROM webhook_deliveries`);
  return events;
}

async function member(name: string): Promise<string> {
  const id = await client.user(name);
  await client.join(staff, id);
  await news();
  return id;
}

describe('every path that changes access tells of it', () => {
  it('a group that is created with members tells nothing, and PATCH of its members does', async () => {
    const ann = await client.user('ann');
    await client.group('Other', [ann]);
    expect(await news()).toEqual([]);
    await client.join(staff, ann);
    expect(await news()).toEqual(['access.granted ann none -> user: assigned by group.update']);
    await client.join(staff, ann);
    expect(await news()).toEqual([]);
    await client.leave(staff, ann);
    expect(await news()).toEqual(['access.removed ann user -> none: unassigned by group.update']);
  });

  it('PUT of a group', async () => {
    const [ann, bob] = [await member('ann'), await client.user('bob')];
    const body = { schemas: [GROUP], displayName: 'Staff', members: [{ value: bob }] };
    expect((await client.request('PUT', `/Groups/${staff}`, body)).status).toBe(200);
    expect((await news()).sort()).toEqual([
      'access.granted bob none -> user: assigned by group.update',
      'access.removed ann user -> none: unassigned by group.update',
    ]);
    expect(ann).not.toBe(bob);
  });

  it('PATCH and PUT of active, and DELETE of a user', async () => {
    const ann = await member('ann');
    await client.patch(ann, [{ op: 'replace', path: 'active', value: false }]);
    await client.put(ann, { schemas: [USER], userName: 'ann', active: true });
    await client.request('DELETE', `/Users/${ann}`);
    expect(await news()).toEqual([
      'access.removed ann user -> none: inactive by user.update',
      'access.granted ann none -> user: assigned by user.update',
      'access.removed ann user -> none: inactive by user.delete',
    ]);
  });

  it('POST of a user with a role, and a role that a PATCH takes away', async () => {
    const ann = await client.user('ann', { roles: [{ value: 'wiki:admin' }] });
    expect(await news()).toEqual(['access.granted ann none -> admin: assigned by user.create']);
    await client.join(staff, ann);
    expect(await news()).toEqual([]);
    await client.patch(ann, [{ op: 'remove', path: 'roles' }]);
    expect(await news()).toEqual(['access.changed ann admin -> user: unassigned by user.update']);
  });

  it('a bulk request, one event an operation that changes something', async () => {
    const bob = await member('bob');
    const answer = await client.request('POST', '/Bulk', {
      schemas: [BULK],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: 'a', data: { schemas: [USER], userName: 'ann' } },
        {
          method: 'PATCH',
          path: `/Groups/${staff}`,
          data: { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value: [{ value: 'bulkId:a' }] }] },
        },
        { method: 'DELETE', path: `/Users/${bob}` },
      ],
    });
    expect(answer.body.Operations.map(({ status }: { status: string }) => status)).toEqual(['201', '204', '204']);
    expect(await news()).toEqual([
      'access.granted ann none -> user: assigned by group.update',
      'access.removed bob user -> none: inactive by user.delete',
    ]);
  });

  it('nesting, and DELETE of a group', async () => {
    const ann = await client.user('ann');
    const inner = await client.group('Inner', [ann]);
    await client.join(staff, inner);
    expect(await news()).toEqual(['access.granted ann none -> user: assigned by group.update']);
    expect((await client.request('DELETE', `/Groups/${staff}`)).status).toBe(204);
    expect(await news()).toEqual(['access.removed ann user -> none: unassigned by group.delete']);
  });

  it('grants, to groups and to people', async () => {
    const ann = await member('ann');
    await access.grant('wiki:admin', { kind: 'user', id: ann });
    await access.ungrant('wiki:admin', { kind: 'user', id: ann });
    await access.ungrant('wiki:user', { kind: 'group', id: staff });
    expect(await news()).toEqual([
      'access.changed ann user -> admin: assigned by grant.add',
      'access.changed ann admin -> user: unassigned by grant.remove',
      'access.removed ann user -> none: unassigned by grant.remove',
    ]);
  });

  it('suspensions, their ends, restored people and groups', async () => {
    const { database, actor } = access.server;
    const ann = await member('ann');
    await stage.run(suspendUser(actor(), ann, { reason: 'leave', until: new Date(Date.now() + 3_600_000) }));
    await database.write(sql`UPDATE users SET suspended_until = now() - interval '1 minute' WHERE id = ${ann}`);
    await stage.run(endSuspensions(actor(), [ann]));
    await stage.run(suspendUser(actor(), ann, { reason: 'leave', until: undefined }));
    await stage.run(reactivateByDecision(actor(), ann));
    await stage.run(deactivateUser(actor(), ann));
    await stage.run(reactivateByDecision(actor(), ann));
    await client.request('DELETE', `/Users/${ann}`);
    await stage.run(await restoreUser(database, actor(), ann, undefined));
    await client.request('DELETE', `/Groups/${staff}`);
    await stage.run(restoreGroup(actor(), staff));
    const gone = 'access.removed ann user -> none';
    const there = 'access.granted ann none -> user';
    expect(await news()).toEqual([
      `${gone}: inactive by user.suspend`,
      `${there}: assigned by user.end-suspension`,
      `${gone}: inactive by user.suspend`,
      `${there}: assigned by user.reactivate`,
      `${gone}: inactive by user.deactivate`,
      `${there}: assigned by user.reactivate`,
      `${gone}: inactive by user.delete`,
      `${there}: assigned by user.restore`,
      `${gone}: unassigned by group.delete`,
      `${there}: assigned by group.restore`,
    ]);
  });

  it('licences: who waits is told of once there is a seat, whatever frees it', async () => {
    const actor = access.server.actor();
    const { id } = await application();
    const period = { from: undefined, until: undefined };
    const terms = { name: 'first', seats: 1, policy: 'wait', period, roles: ['user'] } as const;
    const licence = await stage.run(addLicence(actor, id, terms));
    const [ann, bob] = [await client.user('ann'), await client.user('bob')];
    await client.join(staff, ann);
    await client.join(staff, bob);
    expect(await news()).toEqual(['access.granted ann none -> user: assigned by group.update']);
    await client.leave(staff, ann);
    expect((await news()).sort()).toEqual([
      'access.granted bob none -> user: seat-free by group.update',
      'access.removed ann user -> none: unassigned by group.update',
    ]);
    await client.join(staff, ann);
    await stage.run(changeLicence(actor, licence.id, { seats: 2 }));
    expect(await news()).toEqual(['access.granted ann none -> user: seat-free by licence.change']);
    await stage.run(removeLicence(actor, licence.id));
    expect(await news()).toEqual([]);
  });

  it('a licence that follows another lets in those who waited', async () => {
    const { database } = access.server;
    const actor = access.server.actor();
    const { id } = await application();
    const soon = new Date(Date.now() + 86_400_000);
    const first = { name: 'first', seats: 0, policy: 'wait', roles: ['user'] } as const;
    await stage.run(addLicence(actor, id, { ...first, period: { from: undefined, until: soon } }));
    const next = { ...first, name: 'next', seats: 5, period: { from: soon, until: undefined } };
    await stage.run(addLicence(actor, id, next));
    await client.join(staff, await client.user('ann'));
    expect(await news()).toEqual([]);
    await database.write(sql`
      UPDATE licences SET valid_from = valid_from - interval '2 days', valid_until = valid_until - interval '2 days'`);
    await stage.run(changeOver(actor, id));
    expect(await news()).toEqual(['access.granted ann none -> user: seat-free by licence.change-over']);
  });

  it('roles, and an application that is switched off and on and removed', async () => {
    const actor = access.server.actor();
    const ann = await member('ann');
    await access.grant('wiki:admin', { kind: 'user', id: ann });
    const { id } = await application();
    await news();
    await stage.run(changeRole(actor, id, 'admin', { above: null }));
    await stage.run(changeApplication(actor, id, { state: 'disabled' }));
    await stage.run(changeApplication(actor, id, { state: 'active' }));
    await stage.run(removeRole(actor, id, 'user'));
    await stage.run(removeApplication(actor, id));
    expect(await news()).toEqual([
      'access.changed ann admin -> user: assigned by role.change',
      'access.removed ann user -> none: unassigned by application.change',
      'access.granted ann none -> user: assigned by application.change',
      'access.changed ann user -> admin: unassigned by role.remove',
      'access.removed ann admin -> none: unassigned by application.remove',
    ]);
  });
});

describe('an event', () => {
  it('is written by the transaction that changes the access: neither stays without the other', async () => {
    const { change, database, actor } = access.server;
    const ann = await client.user('ann');
    const acting = actor();
    const request = { action: 'test', objectType: 'Group' } as const;
    const failing = change.run(acting, request, () => ({
      action: 'test',
      objectType: 'Group',
      structure: 'exclusive',
      groupIds: [],
      userIds: [],
      async run(transaction) {
        await transaction.run(sql`
          INSERT INTO memberships (site_id, group_id, user_id) VALUES (${acting.siteId}, ${staff}, ${ann})`);
        return {
          result: undefined,
          objectId: staff,
          objectName: 'Staff',
          changed: [],
          subjects: [],
          affectedUserIds: [ann],
          writes: [],
          // goes with the event, and fails
          afterSettlement: [sql`DELETE FROM users WHERE 1 / (SELECT 0) = 1`],
        };
      },
    }));
    await expect(failing).rejects.toThrow();
    expect(await news()).toEqual([]);
    expect(await access.held(ann)).toEqual([]);
    expect(await database.read(sql`SELECT 1 FROM memberships WHERE user_id = ${ann}`)).toEqual([]);
  });

  it('is none where access comes back in the change that takes it', async () => {
    const ann = await member('ann');
    const other = await client.group('Other', []);
    await access.grant('wiki:user', { kind: 'group', id: other });
    await client.join(other, ann);
    await client.leave(staff, ann);
    const body = {
      schemas: [PATCH],
      Operations: [
        { op: 'remove', path: `members[value eq "${ann}"]` },
        { op: 'add', path: 'members', value: [{ value: ann }] },
      ],
    };
    expect((await client.request('PATCH', `/Groups/${other}`, body)).status).toBeLessThan(300);
    expect(await news()).toEqual([]);
    expect(await access.held(ann)).toEqual(['wiki:user']);
  });

  it('is written for every enabled webhook of the application and for no other', async () => {
    await access.application({ key: 'mail', roles: ROLES });
    await stage.webhook('mail', URL);
    await stage.webhook('wiki', `${URL}/second`);
    const off = await stage.webhook('wiki', `${URL}/third`);
    await stage.run(disableWebhook(access.server.actor(), off.id, 'operator'));
    await client.join(staff, await client.user('ann'));
    const told = await access.server.database.write<{ url: string }>(sql`
      SELECT w.url FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id ORDER BY w.url`);
    expect(told.map(({ url }) => url)).toEqual([URL, `${URL}/second`]);
  });

  it('keeps no name of a person who is erased', async () => {
    const { database, actor } = access.server;
    const ann = await client.user('ann');
    await client.join(staff, ann);
    await client.request('DELETE', `/Users/${ann}`);
    await stage.run(eraseUserEverywhere(actor(), ann));
    const kept = await database.write(sql`SELECT user_id, user_name FROM webhook_deliveries`);
    expect(kept).toEqual([
      { user_id: ann, user_name: null },
      { user_id: ann, user_name: null },
    ]);
  });

  it('comes once a person of a large group, by one statement', async () => {
    const { database, siteId, actor } = access.server;
    const large = await client.group('Large');
    await database.write(sql`
      INSERT INTO users (site_id, id, user_name, user_name_key, state, document, folded)
      SELECT ${siteId}, gen_random_uuid(), 'large-' || n, 'large-' || n, 'active', '{}', '{}'
      FROM generate_series(1, 500) AS n`);
    await database.write(sql`
      INSERT INTO memberships (site_id, group_id, user_id)
      SELECT ${siteId}, ${large}, id FROM users WHERE user_name LIKE 'large-%' AND deleted_at IS NULL`);
    await access.grant('wiki:admin', { kind: 'group', id: large });
    const events = await news();
    expect(events).toHaveLength(500);
    expect(new Set(events.map((event) => event.replace(/large-\d+/, 'x')))).toEqual(
      new Set(['access.granted x none -> admin: assigned by grant.add']),
    );
    const [webhook] = await database.read<{ id: string }>(sql`SELECT id FROM webhooks`);
    await stage.run(disableWebhook(actor(), webhook?.id ?? '', 'operator'));
    await access.ungrant('wiki:admin', { kind: 'group', id: large });
    expect(await news()).toEqual([]);
  });
});
