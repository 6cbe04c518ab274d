import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleAnswer, type GoogleRequests, googleRequests, refusal } from '../support/google-requests.ts';

const CUSTOMER = { customer: 'my_customer' };

let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  emulator = await startGoogleEmulator({ settings: { quotaPerMinute: undefined } });
  requests = googleRequests(emulator);
});
afterAll(() => emulator.close());
beforeEach(() => emulator.seed({ users: 450, groups: 12, memberships: 600, domains: 1 }));

const items = (pages: readonly GoogleAnswer[], name: string) => pages.flatMap(({ body }) => body[name] ?? []);
const groupEmails = async (query: Record<string, string>) =>
  items(await requests.walk('/groups', query), 'groups').map(({ email }: { email: string }) => email);
const person = (index: number) => emulator.directory.users.items[index]?.id ?? '';

describe('groups.list', () => {
  it('pages through all groups, 200 to a page', async () => {
    for (let index = 0; index < 400; index += 1) emulator.groups.add({ email: `more-${index}@example.com` });
    const pages = await requests.walk('/groups', { ...CUSTOMER, maxResults: '500' });
    expect(pages.map(({ body }) => body.groups.length)).toEqual([200, 200, 12]);
    const sorted = emulator.directory.groups.items.map(({ email }) => email);
    expect(items(pages, 'groups').map(({ email }) => email)).toEqual(sorted);
    expect(await groupEmails({ ...CUSTOMER, sortOrder: 'DESCENDING' })).toEqual([...sorted].reverse());
  });

  it('finds groups by address, name and member', async () => {
    const crew = emulator.groups.add({
      email: 'crew@example.com',
      name: 'Ship crew',
      aliases: ['sailors@example.com'],
    });
    const fleet = emulator.groups.add({ email: 'fleet@example.com', name: 'Fleet' });
    const liz = emulator.users.add({ primaryEmail: 'liz@example.com' });
    emulator.members.add(crew.id, liz.id);
    emulator.members.add(fleet.id, crew.id);
    const find = (query: string) => groupEmails({ ...CUSTOMER, query });
    expect(await find('email=sailors@example.com')).toEqual([crew.email]);
    expect(await find('email:crew*')).toEqual([crew.email]);
    expect(await find("name:'Ship '*")).toEqual([crew.email]);
    expect(await find('memberKey=liz@example.com')).toEqual([crew.email]);
    expect(await find('memberKey=crew@example.com')).toEqual([fleet.email]);
    expect(await groupEmails({ userKey: liz.id })).toEqual([crew.email]);
    for (const query of ['memberKey=liz@example.com email=crew@example.com', 'description=x']) {
      expect(refusal(await requests.get('/groups', { ...CUSTOMER, query })).reason).toBe('invalid');
    }
    expect((await requests.get('/groups', { ...CUSTOMER, userKey: liz.id })).status).toBe(400);
  });

  it('shows counts as text, of direct members alone', async () => {
    const { id } = emulator.groups.add({ email: 'outer@example.com', name: 'Outer', description: 'x' });
    const inner = emulator.groups.add({ email: 'inner@example.com' });
    emulator.members.addMany(inner.id, [person(1), person(2), person(3)]);
    emulator.members.add(id, inner.id);
    expect((await requests.get(`/groups/${id}`)).body).toEqual({
      kind: 'admin#directory#group',
      id,
      etag: expect.any(String),
      email: 'outer@example.com',
      name: 'Outer',
      description: 'x',
      directMembersCount: '1',
      adminCreated: true,
    });
    emulator.groups.rename(id, 'moved@example.com');
    expect((await requests.get('/groups/outer@example.com')).body.email).toBe('moved@example.com');
    emulator.groups.delete(inner.id);
    expect((await requests.get(`/groups/${id}`)).body.directMembersCount).toBe('0');
    expect(refusal(await requests.get(`/groups/${inner.id}`))).toMatchObject({
      status: 404,
      reason: 'notFound',
      message: 'Resource Not Found: groupKey',
    });
  });
});
