import { describe, expect, it } from '@jest/globals';
import { startGoogleEmulator } from '../support/google-emulator/index.ts';
import { googleRequests } from '../support/google-requests.ts';

const SMALL = { users: 300, groups: 40, memberships: 3_000, orgUnits: 30, domains: 3, seed: 5 };

async function everything(seed: object): Promise<unknown> {
  const emulator = await startGoogleEmulator({ seed });
  const requests = googleRequests(emulator);
  try {
    const pages = [
      ...(await requests.walk('/users', { customer: 'my_customer', projection: 'full' })),
      ...(await requests.walk('/groups', { customer: 'my_customer' })),
      await requests.get('/customer/my_customer/orgunits', { type: 'all' }),
    ];
    for (const { id } of emulator.directory.groups.items) pages.push(...(await requests.walk(`/groups/${id}/members`)));
    return pages.map(({ body: { nextPageToken: _, ...body } }) => body);
  } finally {
    await emulator.close();
  }
}

describe('a seeded directory', () => {
  it('is the same for the same seed and another for another one', async () => {
    const first = await everything(SMALL);
    expect(await everything(SMALL)).toEqual(first);
    expect(await everything({ ...SMALL, seed: 6 })).not.toEqual(first);
  });

  it('holds exactly what was asked for, in the variety of a company', async () => {
    const { directory, close } = await startGoogleEmulator({ seed: SMALL });
    const users = directory.users.items;
    const groups = directory.groups.items;
    const members = groups.flatMap((group) => group.members.items);
    expect([users.length, groups.length, members.length]).toEqual([301, 40, 3_000]);
    expect(directory.orgUnits.size).toBe(31);
    expect(new Set([...directory.orgUnits.keys()].map((path) => path.split('/').length)).size).toBeGreaterThan(3);
    expect(new Set(users.map(({ primaryEmail }) => primaryEmail.split('@')[1])).size).toBe(3);
    expect(users.filter(({ suspended }) => suspended).length).toBeGreaterThan(0);
    expect(users.filter(({ archived }) => archived).length).toBeGreaterThan(0);
    expect(users.filter(({ aliases }) => aliases.length > 0).length).toBeGreaterThan(10);
    expect(users.filter(({ attributes }) => attributes.customSchemas !== undefined).length).toBeGreaterThan(10);
    for (const type of ['USER', 'GROUP']) expect(members.some((member) => member.type === type)).toBe(true);
    for (const role of ['OWNER', 'MANAGER']) expect(members.some((member) => member.role === role)).toBe(true);
    expect(new Set(members.map(({ id }) => id)).size).toBeGreaterThan(200);
    for (const { id } of users) expect(id).toMatch(/^\d{21}$/);
    await close();
  });

  it('has no groups in a circle', async () => {
    const { directory, close } = await startGoogleEmulator({ seed: SMALL });
    const seen = new Map<string, 'open' | 'done'>();
    const visit = (id: string): void => {
      expect(seen.get(id)).not.toBe('open');
      if (seen.has(id)) return;
      seen.set(id, 'open');
      for (const member of directory.groupsById.get(id)?.members.items ?? [])
        if (member.type === 'GROUP') visit(member.id);
      seen.set(id, 'done');
    };
    for (const id of directory.groupsById.keys()) visit(id);
    await close();
  });

  it('reaches 100,000 users, 5,000 groups and 1,000,000 memberships', async () => {
    const seed = { users: 100_000, groups: 5_000, memberships: 1_000_000 };
    const emulator = await startGoogleEmulator({ seed });
    const { users, groups } = emulator.directory;
    const sizes = groups.items.map(({ members }) => members.size);
    expect([users.size, groups.size]).toEqual([100_001, 5_000]);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1_000_000);
    const { body } = await googleRequests(emulator).get('/users', { customer: 'my_customer', maxResults: '500' });
    expect(body.users).toHaveLength(500);
    await emulator.close();
  });

  it('names what is out of bounds', async () => {
    const { seed, directory, close } = await startGoogleEmulator();
    expect(directory.users.size).toBe(1);
    expect(() => seed({ users: 100_001 })).toThrow('users must be 0 to 100000');
    expect(() => seed({ users: 2, groups: 2, memberships: 5 })).toThrow('memberships must be 4 at most');
    seed({ users: 3, groups: 2, memberships: 6 });
    expect(directory.groups.items.map(({ members }) => members.size)).toEqual([3, 3]);
    await close();
  });
});
