import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from '../../src/database/index.js';
import type { PartialGoogleSettings } from '../../src/google/index.js';
import { RUNS } from '../support/fuzz/fuzz.js';
import { createIncrements } from '../support/google-increments.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

/** Nothing is held back or waited for, so that a complete run would do at once whatever a refresh left out. */
const OFF = { percent: 0, count: 0, minimumBase: 0 };
const AT_ONCE: PartialGoogleSettings = {
  confirmationRuns: 1,
  graceHours: 0,
  limits: { users: OFF, groups: OFF, memberships: OFF, seats: OFF },
};

async function synced(): Promise<GoogleSync> {
  const world = await startGoogleSync({
    emulator: { seed: { users: 25, groups: 8, memberships: 60 }, settings: { quotaPerMinute: undefined } },
    settings: AT_ONCE,
  });
  expect(await world.sync()).toMatchObject({ state: 'completed', error: null });
  return world;
}

/** Something that an administrator does in Google; numbers choose whom it is about. */
type Change = (emulator: GoogleSync['emulator'], one: number, other: number) => void;

const pick = <Item>(items: readonly Item[], index: number): Item => {
  const item = items[index % items.length];
  if (item === undefined) throw new Error('There is nothing to choose from');
  return item;
};
/** Not the one for whom the service account acts. */
const user = ({ directory, adminEmail }: GoogleSync['emulator'], index: number) =>
  pick(
    directory.users.items.filter(({ primaryEmail }) => primaryEmail !== adminEmail),
    index,
  );
const group = ({ directory }: GoogleSync['emulator'], index: number) => pick(directory.groups.items, index);

let made = 0;
const next = (): number => {
  made += 1;
  return made;
};
const CHANGES: Readonly<Record<string, Change>> = {
  add: (google) => void google.users.add({ primaryEmail: `made-${next()}@example.com` }),
  suspend: (google, one) => void google.users.suspend(user(google, one).id),
  unsuspend: (google, one) => void google.users.unsuspend(user(google, one).id),
  archive: (google, one) => void google.users.archive(user(google, one).id),
  unarchive: (google, one) => void google.users.unarchive(user(google, one).id),
  name: (google, one, other) => void google.users.change(user(google, one).id, { givenName: `Name ${other}` }),
  manager: (google, one, other) =>
    void google.users.change(user(google, one).id, {
      attributes: { relations: [{ type: 'manager', value: user(google, other).primaryEmail }] },
    }),
  rename: (google, one) => void google.users.rename(user(google, one).id, `renamed-${next()}@example.com`),
  swap: (google, one, other) => {
    const [left, right] = [user(google, one), user(google, other)];
    if (left !== right) google.users.rotatePrimaries([left.id, right.id]);
  },
  delete: (google, one) => void google.users.delete(user(google, one).id),
  recreate: (google, one) => void google.users.recreate(user(google, one).id),
  undelete: (google, one) => {
    const deleted = google.directory
      .restorable()
      .filter(({ primaryEmail }) => !google.directory.addresses.has(primaryEmail));
    if (deleted.length > 0) google.users.undelete(pick(deleted, one).id);
  },
  group: (google, one) => {
    const { id } = google.groups.add({ email: `group-${next()}@example.com`, name: `Group ${made}` });
    google.members.add(id, user(google, one).id);
  },
  groupName: (google, one, other) => void google.groups.change(group(google, one).id, { name: `Called ${other}` }),
  groupAddress: (google, one) => void google.groups.rename(group(google, one).id, `moved-${next()}@example.com`),
  join: (google, one, other) => void google.members.add(group(google, one).id, user(google, other).id),
  ownerLetsIn: (google, one, other) =>
    void google.members.add(group(google, one).id, user(google, other).id, { by: 'owner' }),
  nest: (google, one, other) => {
    const [outer, inner] = [group(google, one), group(google, other)];
    if (outer !== inner) google.members.add(outer.id, inner.id);
  },
  leave: (google, one, other) => {
    const members = google.members.of(group(google, one).id);
    if (members.length > 0) google.members.remove(group(google, one).id, pick(members, other).id);
  },
};

const step = fc.tuple(fc.constantFrom(...Object.keys(CHANGES)), fc.nat(40), fc.nat(40));

/** Does what a schedule does after each of several changes, and then a complete run. */
async function follow(world: GoogleSync, looks: readonly (readonly [string, number, number][])[]): Promise<void> {
  const increments = createIncrements(world);
  for (const steps of looks) {
    for (const [name, one, other] of steps) CHANGES[name]?.(world.emulator, one, other);
    const run = await increments.pollAndRefresh();
    if (run !== undefined) expect(run).toMatchObject({ state: 'completed', error: null });
  }
  expect(await world.server.database.write(sql`SELECT kind, key FROM google_hints`)).toEqual([]);
  const before = await world.marks();
  const complete = await world.sync();
  expect(complete).toMatchObject({ state: 'completed', error: null });
  const items = await world.items(complete);
  expect(items.filter(({ action }) => action !== 'skip')).toEqual([]);
  expect(await world.marks()).toEqual(before);
}

it('a look at the reports and a refresh leave nothing to a complete run', async () => {
  const history = fc.array(fc.array(step, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(history, async (looks) => {
      const world = await synced();
      try {
        await follow(world, looks);
      } finally {
        await world.close();
      }
    }),
    { numRuns: 6 * RUNS },
  );
}, 600_000);
