import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from '../../src/database/index.js';
import { changeApplication, changeLicence, findApplication, removeGrant } from '../../src/licensing/index.js';
import { createSecrets } from '../../src/secrets/index.js';
import { createWorld, type World } from '../support/directory-world.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createWebhookStage } from '../support/webhook-stage.js';

// Whoever believes the events, and nothing but the events, knows at any time who has which role.

const PEOPLE = 4;
const GROUPS = 3;
const ROLES = ['admin', 'user', 'guest'] as const;

type Step =
  | { readonly kind: 'add' | 'remove'; readonly group: number; readonly person: number }
  | { readonly kind: 'nest' | 'unnest'; readonly group: number; readonly inner: number }
  | { readonly kind: 'grant' | 'ungrant'; readonly group: number; readonly role: number }
  | { readonly kind: 'active'; readonly person: number; readonly active: boolean }
  | { readonly kind: 'seats'; readonly seats: number | undefined }
  | { readonly kind: 'switch'; readonly on: boolean };

const person = fc.nat({ max: PEOPLE - 1 });
const group = fc.nat({ max: GROUPS - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('add' as const, 'remove' as const), group, person }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('nest' as const, 'unnest' as const), group, inner: group }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('grant' as const, 'ungrant' as const),
      group,
      role: fc.nat({ max: 2 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('active' as const), person, active: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('seats' as const),
      seats: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
    }),
  },
  // it is on unless it was switched off
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('switch' as const), on: fc.constantFrom(true, true, false) }) },
);

let shared: TestDatabase;
beforeAll(async () => {
  shared = await createTestDatabase();
});
afterAll(() => shared.drop());

it('after any changes, some of them at once, the events give what everybody has', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 5, maxLength: 15 }),
      async (rounds) => {
        const stage = await createStage();
        for (const round of rounds) {
          await Promise.all(round.map((one) => stage.perform(one)));
          const { held } = await stage.world.access('wiki');
          expect(await stage.believed()).toEqual(held);
        }
      },
    ),
    { numRuns: 20, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
  );
}, 300_000);

async function createStage() {
  const world: World = await createWorld(shared.database);
  const { siteId } = world.administrator;
  const licence = { seats: 2, policy: 'wait' } as const;
  const roles = [
    { key: 'admin', takesSeat: true },
    { key: 'user', takesSeat: true },
    { key: 'guest', takesSeat: false },
  ];
  const made = await world.application({ key: 'wiki', roles, licence });
  const application = await findApplication(world.database, siteId, 'wiki');
  const webhooks = createWebhookStage({
    ...world,
    secrets: createSecrets(Buffer.alloc(32)),
    actor: () => world.administrator,
  });
  await webhooks.webhook('wiki', 'https://wiki.example.com/');
  const people: string[] = [];
  const groups: string[] = [];
  for (let n = 0; n < PEOPLE; n += 1) people.push(await world.user(`person-${n}`));
  const roleId = (role: number) => made.roles.get(ROLES[role] ?? '') ?? '';
  for (let n = 0; n < GROUPS; n += 1) {
    const id = await world.group(
      `group-${n}`,
      people.filter((_, of) => of % GROUPS === n),
    );
    groups.push(id);
    await world.grant(roleId(n), id);
  }

  async function change(one: Step): Promise<void> {
    const actor = world.administrator;
    const groupId = 'group' in one ? (groups[one.group] ?? '') : '';
    const personId = 'person' in one ? (people[one.person] ?? '') : '';
    switch (one.kind) {
      case 'add':
      case 'remove':
        return world.members(groupId, { kind: one.kind, ids: [personId] });
      case 'nest':
      case 'unnest':
        return world.members(groupId, { kind: one.kind === 'nest' ? 'add' : 'remove', ids: [groups[one.inner] ?? ''] });
      case 'grant':
        return world.grant(roleId(one.role), groupId);
      case 'ungrant':
        return webhooks.run(removeGrant(actor, roleId(one.role), { kind: 'group', id: groupId }));
      case 'active':
        return world.setActive(personId, one.active);
      case 'seats':
        return webhooks.run(changeLicence(actor, application.licences[0]?.id ?? '', { seats: one.seats }));
      case 'switch':
        return webhooks.run(changeApplication(actor, application.id, { state: one.on ? 'active' : 'disabled' }));
    }
  }

  return {
    world,
    /** What is refused changes nothing, and tells nothing. */
    perform: (one: Step) => change(one).catch(() => undefined),
    async believed(): Promise<Map<string, string>> {
      const events = await world.database.write<{ user_id: string; before: string | null; after: string | null }>(sql`
        SELECT user_id, role_before AS before, role_after AS after FROM webhook_deliveries
        WHERE site_id = ${siteId} ORDER BY sequence`);
      const roles = new Map<string, string>();
      for (const { user_id: userId, before, after } of events) {
        // No event is lost between two that follow one another, and none says what was so before.
        expect(before).toBe(roles.get(userId) ?? null);
        expect(after).not.toBe(before);
        if (after === null) roles.delete(userId);
        else roles.set(userId, after);
      }
      return roles;
    },
  };
}
