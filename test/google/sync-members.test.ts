import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PartialGoogleSettings } from '../../src/google/index.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let world: GoogleSync;
afterEach(() => world.close());

const AT_ONCE = { confirmationRuns: 1, graceHours: 0 };

/** A Workspace with these people and groups, each with members by name. */
async function groups(
  people: readonly string[],
  wanted: Readonly<Record<string, readonly string[]>>,
  settings: PartialGoogleSettings = {},
): Promise<GoogleSync> {
  world = await startGoogleSync({ settings });
  for (const name of people) world.emulator.users.add({ primaryEmail: address(name) });
  for (const name of Object.keys(wanted)) world.emulator.groups.add({ email: address(name), name });
  for (const [name, members] of Object.entries(wanted)) {
    for (const member of members) world.emulator.members.add(address(name), address(member));
  }
  return world;
}

function address(name: string): string {
  return `${name}@example.com`;
}

function listsAsked(): Map<string, number> {
  const asked = new Map<string, number>();
  for (const { path } of world.emulator.requests) {
    if (path.endsWith('/members')) asked.set(path, (asked.get(path) ?? 0) + 1);
  }
  return asked;
}

describe('members', () => {
  it('B25: of nested groups appear, and every list is read once, however many groups it is in', async () => {
    await groups(['ada', 'bob'], { all: ['eng', 'ops'], eng: ['core', 'ada'], ops: ['core'], core: ['bob'] });
    await world.sync();
    expect(await world.groups()).toEqual(
      new Map([
        ['all', ['[eng]', '[ops]']],
        ['eng', ['[core]', address('ada')]],
        ['ops', ['[core]']],
        ['core', [address('bob')]],
      ]),
    );
    expect([...listsAsked().values()]).toEqual([1, 1, 1, 1]);
  });

  it('B26: of groups of 0, 1, 199, 200, 201, 400 and 10,001 arrive whole', async () => {
    world = await startGoogleSync({ emulator: { seed: { users: 10_001, suspended: 0, archived: 0 } } });
    const sizes = [0, 1, 199, 200, 201, 400, 10_001];
    const ids = world.emulator.directory.users.items.map(({ id }) => id);
    for (const size of sizes) {
      world.emulator.groups.add({ email: address(`g${size}`), name: `g${size}` });
      world.emulator.members.addMany(address(`g${size}`), ids.slice(0, size));
    }
    expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
    const found = await world.groups();
    expect(sizes.map((size) => found.get(`g${size}`)?.length)).toEqual(sizes);
  }, 60_000);

  it.each(['external-member-no-status', 'foreign-group-403'] as const)(
    'B27: %s is passed over with the reason',
    async (fault) => {
      await groups(['ada'], { eng: ['ada'] });
      world.emulator.fault(fault, { group: address('eng') });
      const run = await world.sync();
      expect(run).toMatchObject({ state: 'completed', warnings: 1 });
      const skipped = (await world.items(run)).find(({ action }) => action === 'skip');
      expect(skipped).toMatchObject({
        name: 'eng',
        state: 'skipped',
        data: { members: [{ why: expect.stringContaining('outside of this account') }] },
      });
      expect(await world.groups()).toEqual(new Map([['eng', [address('ada')]]]));
    },
  );

  it('B28: the whole account as a member is all of its active users', async () => {
    await groups(['ada', 'bob'], { all: [] });
    world.emulator.users.suspend(address('bob'));
    world.emulator.fault('customer-member', { group: address('all') });
    await world.sync();
    expect((await world.groups()).get('all')?.sort()).toEqual([address('ada'), world.emulator.adminEmail].sort());
  });

  it('are found by id, also where the list names an alias', async () => {
    await groups(['ada'], { eng: [] });
    world.emulator.users.change(address('ada'), { aliases: [address('countess')] });
    world.emulator.fault('alias-member', { group: address('eng'), user: address('ada') });
    await world.sync();
    expect((await world.groups()).get('eng')).toEqual([address('ada')]);
  });

  it('B56: owners and managers are members', async () => {
    await groups(['ada', 'bob', 'cid'], { eng: [] });
    world.emulator.members.add(address('eng'), { member: address('ada'), role: 'OWNER' });
    world.emulator.members.add(address('eng'), { member: address('bob'), role: 'MANAGER' });
    world.emulator.members.add(address('eng'), { member: address('cid'), role: 'MEMBER' });
    await world.sync();
    expect((await world.groups()).get('eng')).toEqual(['ada', 'bob', 'cid'].map(address));
  });

  it('whom a member leaves and joins, is right after the next run; rows of others stay', async () => {
    await groups(['ada', 'bob'], { eng: ['ada'] }, AT_ONCE);
    await world.sync();
    world.emulator.members.remove(address('eng'), address('ada'));
    world.emulator.members.add(address('eng'), address('bob'));
    await world.sync();
    expect((await world.groups()).get('eng')).toEqual([address('bob')]);
  });

  it('who is no longer in the list leaves with the second complete run that says so', async () => {
    await groups(['ada', 'bob'], { eng: ['ada', 'bob'] });
    await world.sync();
    world.emulator.members.remove(address('eng'), address('ada'));
    await world.sync();
    expect((await world.groups()).get('eng')).toEqual(['ada', 'bob'].map(address));
    await world.sync();
    expect((await world.groups()).get('eng')).toEqual([address('bob')]);
  });

  it('B4: of random nested groups, circles included, are those that the account has', async () => {
    world = await startGoogleSync({ settings: { ...AT_ONCE, limits: NO_LIMITS } });
    const { emulator } = world;
    const users = Array.from({ length: 6 }, (_, number) => emulator.users.add({ primaryEmail: address(`u${number}`) }));
    const made = Array.from({ length: 6 }, (_, number) =>
      emulator.groups.add({ email: address(`g${number}`), name: `g${number}` }),
    );
    const edge = fc.tuple(fc.nat(5), fc.nat(11));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(edge, { maxLength: 24, selector: ([group, member]) => group * 12 + member }),
        async (edges) => {
          for (const { id } of made)
            for (const { id: member } of [...emulator.members.of(id)]) emulator.members.remove(id, member);
          for (const [group, member] of edges) {
            const inner = member > 5 ? made[member - 6]?.id : users[member]?.id;
            const outer = made[group]?.id;
            if (inner !== undefined && outer !== undefined && inner !== outer) emulator.members.add(outer, inner);
          }
          expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
          const byName = new Map(
            [...(await world.users()).values()].map(({ googleId, userName }) => [googleId, userName]),
          );
          const effective = await effectiveMembers();
          for (const { id, name } of made) {
            const truth = [...emulator.effectiveMembers(id)].map((googleId) => byName.get(googleId)).sort();
            expect([...(effective.get(name) ?? [])].sort()).toEqual(truth);
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);
});

const NO_LIMITS = {
  users: { percent: 0, count: 0 },
  groups: { percent: 0, count: 0 },
  memberships: { percent: 0, count: 0 },
  seats: { percent: 0, count: 0 },
};

async function effectiveMembers(): Promise<Map<string, Set<string>>> {
  const direct = await world.groups();
  const reach = (name: string, seen: Set<string>): string[] => {
    if (seen.has(name)) return [];
    seen.add(name);
    return (direct.get(name) ?? []).flatMap((member) =>
      member.startsWith('[') ? reach(member.slice(1, -1), seen) : [member],
    );
  };
  return new Map([...direct.keys()].map((name) => [name, new Set(reach(name, new Set()))]));
}

describe('groups', () => {
  it('B29: of one name both arrive, told apart by the address', async () => {
    await groups(['ada'], { a: ['ada'], b: [] });
    world.emulator.groups.change(address('a'), { name: 'Same' });
    world.emulator.groups.change(address('b'), { name: 'Same' });
    await world.sync();
    const names = [...(await world.groups()).keys()].sort();
    expect(names).toEqual(['Same', expect.stringMatching(/^Same \([ab]@example\.com\)$/)]);
    expect((await world.sync()).summary.counts).toEqual([]);
  });

  it('B30: units of every depth can be selected, alone or with what is below them', async () => {
    world = await startGoogleSync({
      settings: {
        selection: {
          mode: 'selected',
          orgUnits: [
            { path: '/a/b', scope: 'exact' },
            { path: '/d', scope: 'subtree' },
          ],
        },
      },
    });
    const deep = '/d/1/2/3/4/5/6/7/8/9';
    for (const path of ['/a/b/c', deep, '/dd']) world.emulator.orgUnits.add(path);
    for (const [name, orgUnitPath] of [
      ['ab', '/a/b'],
      ['abc', '/a/b/c'],
      ['d', '/d'],
      ['deep', deep],
      ['dd', '/dd'],
    ] as const) {
      world.emulator.users.add({ primaryEmail: address(name), orgUnitPath });
    }
    await world.sync();
    expect([...(await world.users()).keys()].sort()).toEqual(['ab', 'd', 'deep'].map(address));
  });

  it('B31: selecting groups brings their members alone, nested ones too, and nobody else takes a row', async () => {
    await groups(['ada', 'bob', 'cid'], { eng: ['ada', 'core'], core: ['bob'], other: ['cid'] });
    const eng = world.emulator.directory.requireGroup(address('eng')).id;
    const connection = await world.connect({ selection: { mode: 'selected', groupIds: [eng] } });
    await world.sync('sync', connection);
    expect([...(await world.users()).keys()].sort()).toEqual(['ada', 'bob'].map(address));
    expect([...(await world.groups()).keys()].sort()).toEqual(['core', 'eng']);
    expect(listsAsked().size).toBe(2);
  });

  it('B57: a rule picks up groups that are made later, and the report says so', async () => {
    await groups(
      ['ada', 'bob'],
      { 'app-crm': ['ada'], other: ['bob'] },
      {
        selection: { mode: 'selected', groupRules: [{ field: 'name', prefix: 'APP-' }] },
      },
    );
    await world.sync();
    expect([...(await world.groups()).keys()]).toEqual(['app-crm']);
    world.emulator.groups.add({ email: address('app-erp'), name: 'app-erp' });
    world.emulator.members.add(address('app-erp'), address('bob'));
    const run = await world.sync();
    expect([...(await world.users()).keys()].sort()).toEqual(['ada', 'bob'].map(address));
    expect(
      (await world.items(run)).find(({ kind, action }) => kind === 'group' && action === 'create')?.reason,
    ).toContain('rule: name starts with APP-');
  });

  it('B32: lists without their key are empty lists, but for users', async () => {
    await groups(['ada'], {});
    expect(await world.sync()).toMatchObject({ state: 'completed', warnings: 0 });
    expect((await world.groups()).size).toBe(0);
  });

  it('whose list cannot be read keep their members', async () => {
    await groups(['ada'], { eng: ['ada'] }, AT_ONCE);
    await world.sync();
    const { id } = world.emulator.directory.requireGroup(address('eng'));
    world.emulator.fault('400-transient', { times: 'always', method: 'members.list', key: id });
    const run = await world.sync();
    expect(run).toMatchObject({ state: 'completed', warnings: 1 });
    expect((await world.groups()).get('eng')).toEqual([address('ada')]);
  });
});
