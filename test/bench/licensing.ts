import { createExchange } from './exchange.ts';
import { addMembers, removeMember } from './patch-body.ts';
import {
  type Actor,
  addGrant,
  type Command,
  createApplication,
  createChange,
  entities,
  findApplication,
  openDatabase,
  removeGrant,
  verifyLicensing,
} from './product.ts';
import { percentiles } from './statistics.ts';
import type { Timing } from './timing.ts';
import type { World } from './world.ts';

const TIMES = 3;
const APPLICATIONS = 200;
const MEMBER_CHANGES = 200;

/** What changes of grants cost in a large group, and what membership changes cost beside many applications. */
export async function measureLicensing(url: string, siteId: number, world: World): Promise<Timing[]> {
  const database = await openDatabase({ url, poolSize: 4, readPoolSize: 4, entities });
  const change = createChange(database);
  const actor: Actor = { siteId, source: 'cli', connection: undefined, correlationId: 'bench' };
  const run = (command: Command<unknown>) =>
    change.run(actor, { action: command.action, objectType: command.objectType }, () => command);
  const application = async (key: string, seats: number | undefined): Promise<string> => {
    const role = { key: 'user', takesSeat: true };
    const licence = { seats, policy: 'wait' } as const;
    await run(createApplication(actor, { key, name: key, description: undefined, roles: [role], licence }));
    return (await findApplication(database, siteId, key)).roles[0]?.id ?? '';
  };
  const members = Math.min(100_000, world.size);
  const timing = (title: string, times: readonly number[], below?: number): Timing => ({
    title,
    size: world.size,
    ...percentiles(times),
    below,
  });

  async function grants(title: string, roleId: string): Promise<Timing[]> {
    const holder = { kind: 'group', id: world.largeGroup.id } as const;
    const [granted, foreseen, taken]: [number[], number[], number[]] = [[], [], []];
    for (let time = 0; time < TIMES; time++) {
      foreseen.push(await timed(() => change.simulate(actor, [() => addGrant(actor, roleId, holder)])));
      granted.push(await timed(() => run(addGrant(actor, roleId, holder))));
      taken.push(await timed(() => run(removeGrant(actor, roleId, holder))));
    }
    return [
      timing(`a grant to a group of ${members}, ${title}`, granted, 5000),
      timing(`taken back, ${title}`, taken),
      timing(`simulated, ${title}`, foreseen),
    ];
  }

  async function memberChanges(title: string, group: World['smallGroup'], below?: number): Promise<Timing> {
    const times: number[] = [];
    const exchange = createExchange(world.token, (_label, milliseconds) => times.push(milliseconds));
    const path = `${world.serverUrl}/Groups/${group.id}`;
    try {
      for (let n = 0; n < MEMBER_CHANGES; n++) {
        const member = group.members[n % group.members.length] ?? '';
        for (const body of [removeMember(member), addMembers([member])]) {
          await exchange.send({ method: 'PATCH', url: path, body, expect: 204, label: title });
        }
      }
    } finally {
      exchange.close();
    }
    return timing(title, times, below);
  }

  try {
    const timings = [
      ...(await grants('no limit', await application('bench-free', undefined))),
      ...(await grants('seats for half of them', await application('bench-half', Math.floor(members / 2)))),
    ];
    timings.push(await memberChanges('a member of the largest group', world.largeGroup));
    // Each application is given by a group of its own and counted; the changed groups give none of them.
    for (let n = 0; n < APPLICATIONS; n++) {
      const roleId = await application(`bench-${n}`, 1_000_000);
      const id = world.cappedGroupIds[n % world.cappedGroupIds.length] ?? '';
      await run(addGrant(actor, roleId, { kind: 'group', id }));
    }
    const beside = `a member of the largest group, beside ${APPLICATIONS} applications`;
    timings.push(await memberChanges(beside, world.largeGroup, 10));
    for (let n = 0; n < APPLICATIONS; n++) {
      const [role] = (await findApplication(database, siteId, `bench-${n}`)).roles;
      await run(addGrant(actor, role?.id ?? '', { kind: 'group', id: world.smallGroup.id }));
    }
    timings.push(await memberChanges(`a member of a group that gives ${APPLICATIONS} applications`, world.smallGroup));
    const rules = { invitedTakeSeats: false, serviceUsersTakeSeats: false };
    timings.push(
      timing('everything recalculated (licensing verify)', [
        await timed(async () => {
          const differences = await verifyLicensing(database, siteId, rules);
          if (differences.length > 0)
            throw new Error(`The licences differ: ${JSON.stringify(differences.slice(0, 3))}`);
        }),
      ]),
    );
    return timings;
  } finally {
    await database.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
