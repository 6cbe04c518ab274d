import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { googleRequests } from '../support/google-requests.ts';

const HOUR = 3_600_000;

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startGoogleEmulator();
});
afterAll(() => emulator.close());
beforeEach(() => {
  emulator.clearFaults();
  emulator.seed({ users: 3, groups: 1, memberships: 2, domains: 1 });
  emulator.clock.set(new Date());
  Object.assign(emulator.settings, { reportLag: 0, filteredReportsPerMinute: 250 });
});

const ask = (query: Record<string, string> = {}, application = 'admin', user = 'all') =>
  googleRequests(emulator).get(`/admin/reports/v1/activity/users/${user}/applications/${application}`, query);
interface Item {
  readonly id: { readonly time: string; readonly uniqueQualifier: string };
  readonly events: readonly {
    readonly type: string;
    readonly name: string;
    readonly parameters: readonly { readonly name: string; readonly value: string }[];
  }[];
}
const names = async (query: Record<string, string> = {}, application?: string) =>
  ((await ask(query, application)).body.items ?? []).flatMap(({ events }: Item) => events.map(({ name }) => name));
const parameters = ({ events }: Item) =>
  Object.fromEntries((events[0]?.parameters ?? []).map(({ name, value }) => [name, value]));

describe('activities', () => {
  it('tell what happened to users and groups, newest first', async () => {
    expect(Object.keys((await ask()).body).sort()).toEqual(['etag', 'kind']);
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com' });
    emulator.users.suspend(id);
    emulator.users.unsuspend(id);
    emulator.users.change(id, { givenName: 'E', familyName: 'S', orgUnitPath: '/Europe', aliases: ['l@example.com'] });
    emulator.users.change(id, { attributes: { phones: [{ value: '1' }] }, isAdmin: true });
    emulator.users.rename(id, 'elizabeth@example.com');
    emulator.users.delete(id);
    emulator.users.undelete(id);
    const group = emulator.groups.add({ email: 'crew@example.com' });
    emulator.members.add(group.id, id);
    emulator.members.add(group.id, { member: id, role: 'OWNER' });
    emulator.members.remove(group.id, id);
    emulator.groups.change(group.id, { name: 'Crew' });
    emulator.groups.rename(group.id, 'sailors@example.com');
    emulator.groups.delete(group.id);
    const happened = [
      ...['CREATE_USER', 'SUSPEND_USER', 'UNSUSPEND_USER', 'CHANGE_FIRST_NAME', 'CHANGE_LAST_NAME'],
      ...['MOVE_USER_TO_ORG_UNIT', 'ADD_NICKNAME', 'GRANT_ADMIN_PRIVILEGE', 'CHANGE_USER_PHONE_NUMBER', 'RENAME_USER'],
      ...['DELETE_USER', 'UNDELETE_USER', 'CREATE_GROUP', 'ADD_GROUP_MEMBER', 'UPDATE_GROUP_MEMBER'],
      ...['REMOVE_GROUP_MEMBER', 'CHANGE_GROUP_NAME', 'CHANGE_GROUP_EMAIL', 'DELETE_GROUP'],
    ];
    expect(emulator.activities.map(({ name }) => name)).toEqual(happened);
    expect((await names()).sort()).toEqual(happened.sort());
    const { items } = (await ask({ eventName: 'RENAME_USER' })).body;
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      kind: 'admin#reports#activity',
      id: { applicationName: 'admin', customerId: emulator.customerId },
      actor: { email: emulator.adminEmail },
      events: [{ type: 'USER_SETTINGS', name: 'RENAME_USER' }],
    });
    expect(parameters(items[0])).toEqual({ USER_EMAIL: 'liz@example.com', NEW_VALUE: 'elizabeth@example.com' });
  });

  it('are paged, and kept to a span of time', async () => {
    const start = emulator.clock.now();
    for (let index = 0; index < 5; index += 1) {
      emulator.clock.advance(HOUR);
      emulator.users.suspend(emulator.adminEmail, 'ADMIN');
      emulator.users.unsuspend(emulator.adminEmail);
    }
    const requests = googleRequests(emulator);
    const path = '/admin/reports/v1/activity/users/all/applications/admin';
    const pages = await requests.walk(path, { maxResults: '4' });
    expect(pages.map(({ body }) => body.items.length)).toEqual([4, 4, 2]);
    const items: Item[] = pages.flatMap(({ body }) => body.items);
    const times = items.map(({ id }) => id.time);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(items.map(({ id }) => id.uniqueQualifier)).size).toBe(10);
    const at = (hours: number) => new Date(start + hours * HOUR).toISOString();
    expect(await names({ startTime: at(1.5), endTime: at(3.5) })).toHaveLength(4);
    for (const query of [{ startTime: 'yesterday' }, { startTime: at(3), endTime: at(2) }]) {
      expect((await ask(query)).status).toBe(400);
    }
    expect((await ask({}, 'drive')).status).toBe(400);
  });

  it('can be filtered by parameters, by the actor, and for a limited number of times', async () => {
    emulator.users.suspend(emulator.directory.users.items[1]?.id ?? '');
    emulator.users.suspend(emulator.directory.users.items[2]?.id ?? '');
    const email = emulator.directory.users.items[1]?.primaryEmail ?? '';
    expect(await names({ eventName: 'SUSPEND_USER', filters: `USER_EMAIL==${email}` })).toHaveLength(1);
    expect(await names({ filters: `USER_EMAIL<>${email}` })).toHaveLength(1);
    expect((await ask({ filters: 'USER_EMAIL' })).status).toBe(400);
    expect((await ask({}, 'admin', emulator.adminEmail)).body.items).toHaveLength(2);
    expect((await ask({}, 'admin', 'nobody@example.com')).body).not.toHaveProperty('items');
    emulator.clock.advance(60_000);
    emulator.settings.filteredReportsPerMinute = 2;
    const statuses: number[] = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await ask({ eventName: 'SUSPEND_USER' })).status);
    expect([...statuses, (await ask()).status]).toEqual([200, 200, 503, 200]);
  });

  it('leave out what people change in their own profile, and what has no event', async () => {
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com', attributes: { phones: [{ value: '1' }] } });
    const etag = async () => (await googleRequests(emulator).get(`/users/${id}`)).headers.get('etag');
    const tags = [await etag()];
    emulator.users.change(id, { givenName: 'E', attributes: { phones: undefined } }, { by: 'user' });
    tags.push(await etag());
    emulator.users.change(id, { attributes: { recoveryEmail: 'e@home.test' } });
    tags.push(await etag());
    emulator.users.change(id, { givenName: 'E' });
    expect(new Set(tags).size).toBe(3);
    expect(await etag()).toBe(tags[2]);
    expect((await googleRequests(emulator).get(`/users/${id}`)).body).not.toHaveProperty('phones');
    expect(await names()).toEqual(['CREATE_USER']);
  });

  it('of owners of groups are in an application of their own', async () => {
    const [group] = emulator.directory.groups.items;
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com' });
    emulator.members.add(group?.id ?? '', id, { by: 'owner' });
    emulator.members.remove(group?.id ?? '', id, { by: 'owner' });
    expect(await names()).toEqual(['CREATE_USER']);
    expect((await names({}, 'groups_enterprise')).sort()).toEqual(['add_member', 'remove_member']);
  });

  it('show with a lag', async () => {
    emulator.settings.reportLag = 10 * 60_000;
    emulator.users.suspend(emulator.adminEmail);
    emulator.users.unsuspend(emulator.adminEmail);
    expect(await names()).toEqual([]);
    emulator.clock.advance(11 * 60_000);
    expect(await names()).toHaveLength(2);
  });

  it('need their own scope', async () => {
    const scopes = ['https://www.googleapis.com/auth/admin.directory.user.readonly'];
    const path = '/admin/reports/v1/activity/users/all/applications/admin';
    expect((await googleRequests(emulator, emulator.accessToken({ scopes })).get(path)).status).toBe(403);
  });

  it('report-late-event: one shows an hour late, under the time at which it happened', async () => {
    emulator.fault('report-late-event');
    const { id } = emulator.users.add({ primaryEmail: 'late@example.com' });
    const happened = emulator.activities.at(-1)?.time ?? 0;
    emulator.clock.advance(1_000);
    emulator.users.change(id, { givenName: 'On time' });
    expect(await names()).toEqual(['CHANGE_FIRST_NAME']);
    emulator.clock.advance(HOUR);
    const { items } = (await ask()).body;
    expect(items.map((item: Item) => item.events[0]?.name)).toEqual(['CHANGE_FIRST_NAME', 'CREATE_USER']);
    expect(items[1].id.time).toBe(new Date(happened).toISOString());
  });
});
