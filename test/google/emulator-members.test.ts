import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { type GoogleAnswer, type GoogleRequests, googleRequests, refusal } from '../support/google-requests.ts';

const DERIVED = { includeDerivedMembership: 'true' };

let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  emulator = await startGoogleEmulator({ settings: { quotaPerMinute: undefined } });
  requests = googleRequests(emulator);
});
afterAll(() => emulator.close());
beforeEach(() => emulator.seed({ users: 450, groups: 12, memberships: 600, domains: 1 }));

const items = (pages: readonly GoogleAnswer[], name: string) => pages.flatMap(({ body }) => body[name] ?? []);
const members = async (group: string, query: Record<string, string> = {}) =>
  items(await requests.walk(`/groups/${group}/members`, query), 'members');
const ids = async (group: string, query: Record<string, string> = {}): Promise<string[]> =>
  (await members(group, query)).map(({ id }: { id: string }) => id);
const person = (index: number) => emulator.directory.users.items[index]?.id ?? '';

describe('members.list', () => {
  it('has every member once, whatever the number', async () => {
    const everybody = emulator.directory.users.items.map(({ id }) => id);
    for (const count of [0, 1, 199, 200, 201, 400]) {
      const { id } = emulator.groups.add({ email: `of-${count}@example.com` });
      emulator.members.addMany(id, everybody.slice(0, count));
      const pages = await requests.walk(`/groups/${id}/members`);
      expect(pages).toHaveLength(Math.max(1, Math.ceil(count / 200)));
      expect(items(pages, 'members').map(({ id: member }) => member)).toEqual(everybody.slice(0, count).sort());
    }
  });

  it('shows people, groups, outsiders and the whole customer each in their form', async () => {
    const { id } = emulator.groups.add({ email: 'mixed@example.com' });
    const inner = emulator.groups.add({ email: 'inner@example.com' });
    const liz = emulator.users.add({ primaryEmail: 'liz@example.com', aliases: ['lizzy@example.com'] });
    const gone = emulator.users.add({ primaryEmail: 'gone@example.com', suspended: true });
    emulator.members.add(id, { member: 'lizzy@example.com', role: 'OWNER' });
    emulator.members.addMany(id, [gone.id, inner.id, 'guest@other.test', 'CUSTOMER']);
    const found = Object.fromEntries((await members(id)).map(({ kind: _k, etag: _e, ...rest }) => [rest.id, rest]));
    const guest = emulator.members.of(id).find(({ email }) => email === 'guest@other.test')?.id ?? '';
    expect(found).toEqual({
      [liz.id]: { id: liz.id, email: 'lizzy@example.com', role: 'OWNER', type: 'USER', status: 'ACTIVE' },
      [gone.id]: { id: gone.id, email: 'gone@example.com', role: 'MEMBER', type: 'USER', status: 'SUSPENDED' },
      [inner.id]: { id: inner.id, email: 'inner@example.com', role: 'MEMBER', type: 'GROUP', status: 'ACTIVE' },
      [guest]: { id: guest, email: 'guest@other.test', role: 'MEMBER', type: 'USER' },
      [emulator.customerId]: { id: emulator.customerId, role: 'MEMBER', type: 'CUSTOMER', status: 'ACTIVE' },
    });
    expect(await ids(id, { roles: 'OWNER' })).toEqual([liz.id]);
    expect(await ids(id, { roles: 'OWNER,MEMBER' })).toHaveLength(5);
  });

  it('with derived membership names nested people, the groups between, and everybody for the customer', async () => {
    const [outer, middle, inner] = ['outer', 'middle', 'inner'].map((name) =>
      emulator.groups.add({ email: `${name}@example.com` }),
    );
    if (!outer || !middle || !inner) throw new Error('no groups');
    emulator.members.addMany(outer.id, [middle.id, { member: person(1), role: 'OWNER' }]);
    emulator.members.addMany(middle.id, [inner.id, person(1), person(2)]);
    emulator.members.addMany(inner.id, [outer.id, person(3)]);
    const expected = [middle.id, inner.id, outer.id, person(1), person(2), person(3)].sort();
    expect(await ids(outer.id, { ...DERIVED, maxResults: '2' })).toEqual(expected);
    expect(await ids(outer.id)).toEqual([middle.id, person(1)].sort());
    expect([...emulator.effectiveMembers(outer.id)].sort()).toEqual([person(1), person(2), person(3)].sort());
    emulator.members.add(inner.id, 'CUSTOMER');
    expect(emulator.effectiveMembers(outer.id).size).toBe(emulator.directory.users.size);
    expect(await ids(outer.id, DERIVED)).toHaveLength(emulator.directory.users.size + 4);
  });

  it('agrees with the truth on any graph of groups, circles included', async () => {
    const edges = fc.array(fc.tuple(fc.nat(5), fc.nat(11)), { maxLength: 30 });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(edges, async (pairs) => {
        run += 1;
        const groups = Array.from({ length: 6 }, (_, index) =>
          emulator.groups.add({ email: `g${run}-${index}@example.com` }),
        );
        // 0 to 5 are groups, 6 to 11 people.
        for (const [group, member] of pairs) {
          emulator.members.add(groups[group]?.id ?? '', groups[member]?.id ?? person(member));
        }
        for (const [index, { id }] of groups.entries()) {
          const reached = new Set([index]);
          for (const group of reached) for (const [from, to] of pairs) if (from === group && to < 6) reached.add(to);
          const people = pairs.filter(([from, to]) => reached.has(from) && to >= 6).map(([, to]) => person(to));
          expect([...emulator.effectiveMembers(id)].sort()).toEqual([...new Set(people)].sort());
          const listed = (await members(id, DERIVED)).filter(({ type }) => type === 'USER');
          expect(listed.map(({ id: member }) => member)).toEqual([...new Set(people)].sort());
        }
      }),
      { numRuns: 50 },
    );
  });

  it('leaves suspended and archived people out of the truth about the active', () => {
    const { id } = emulator.groups.add({ email: 'states@example.com' });
    emulator.seed({ users: 20, groups: 1, memberships: 20, suspended: 0.4, archived: 0.2 });
    const [group] = emulator.directory.groups.items;
    expect(emulator.directory.group(id)).toBeUndefined();
    const active = emulator.directory.users.items.filter(({ suspended, archived }) => !suspended && !archived);
    const effective = emulator.effectiveMembers(group?.id ?? '', { active: true });
    expect(effective.size).toBeLessThan(20);
    for (const userId of effective) expect(active.map((user) => user.id)).toContain(userId);
  });
});

describe('members.get and hasMember', () => {
  it('answer for direct and for nested members', async () => {
    const outer = emulator.groups.add({ email: 'outer@example.com' });
    const inner = emulator.groups.add({ email: 'inner@example.com' });
    emulator.members.add(outer.id, inner.id);
    emulator.members.add(inner.id, person(1));
    emulator.members.add(outer.id, 'guest@other.test');
    expect((await requests.get(`/groups/${inner.id}/members/${person(1)}`)).body).toMatchObject({
      id: person(1),
      delivery_settings: 'ALL_MAIL',
    });
    expect(refusal(await requests.get(`/groups/${outer.id}/members/${person(1)}`)).message).toContain('memberKey');
    expect((await requests.get(`/groups/${outer.id}/hasMember/${person(1)}`)).body).toEqual({ isMember: true });
    expect((await requests.get(`/groups/${outer.id}/hasMember/${person(2)}`)).body).toEqual({ isMember: false });
    expect(refusal(await requests.get(`/groups/${outer.id}/hasMember/guest@other.test`))).toMatchObject({
      status: 400,
      reason: 'invalid',
      message: 'Invalid Input: memberKey',
    });
  });

  it('end with the user', async () => {
    const { id } = emulator.groups.add({ email: 'ends@example.com' });
    emulator.members.addMany(id, [person(1), person(2)]);
    emulator.users.delete(person(1));
    expect(await members(id)).toHaveLength(1);
  });
});

describe('a group of another company', () => {
  it('is a member that cannot be read', async () => {
    const { id } = emulator.groups.add({ email: 'holder@example.com' });
    const foreign = emulator.members.addForeignGroup(id, 'partners@other.test');
    expect((await members(id))[0]).not.toHaveProperty('status');
    for (const key of [foreign.id, 'partners@other.test']) {
      expect(refusal(await requests.get(`/groups/${key}`))).toMatchObject({
        status: 403,
        reason: 'forbidden',
        message: 'Not Authorized to access this resource/api',
      });
      expect((await requests.get(`/groups/${key}/members`)).status).toBe(403);
    }
    expect(await members(id, DERIVED)).toHaveLength(1);
  });
});
