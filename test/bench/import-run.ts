// A process of its own, so that its memory is that of the import: imports users, groups and memberships by the product.
import { createDirectory } from './directory.ts';
import type { ImportFigures } from './import.ts';
import { GROUPS_PER_USER, inParts, MEMBERS_PER_GROUP, membersOf, sampleGroup, sampleUser } from './import-sample.ts';
import {
  type Actor,
  analyzeGrown,
  createChange,
  entities,
  importGroups,
  importMembers,
  importUsers,
  type LockingCommand,
  openDatabase,
} from './product.ts';

/** Users or groups in one command. */
const OBJECTS = 1000;
/** Groups whose members are in one command: 25,000 memberships. */
const GROUPS = 125;
/** Batches of users do not wait for each other; those of members would, for the users whom both have. */
const AT_ONCE = 2;

interface Settings {
  readonly url: string;
  readonly users: number;
  /** Of a hundred groups, so many give a seat. */
  readonly giving: number;
}

const { url, users: count, giving } = JSON.parse(process.env.BENCH_IMPORT ?? '{}') as Settings;
const directory = await createDirectory(url);
const database = await openDatabase({ url, poolSize: 4, readPoolSize: 4, entities });
const change = createChange(database);
const connection = { id: directory.connectionId, name: 'bench', adopt: true };
const actor: Actor = { siteId: directory.siteId, source: 'google', connection, correlationId: 'bench' };
// As the server does beside everything else.
const upkeep = setInterval(() => void analyzeGrown(database), 2000);
let megabytes = 0;
const memory = setInterval(() => {
  megabytes = Math.max(megabytes, Math.round(process.memoryUsage.rss() / 1_048_576));
}, 100);

const run = <Result>(command: LockingCommand<Result>) =>
  change.run(actor, { action: command.action, objectType: command.objectType }, () => command);

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const numbers = (length: number) => Array.from({ length }, (_, n) => n);
const userIds: string[] = [];
const groupIds: string[] = [];
const as = { as: 'new', cleared: [], reason: 'new' } as const;

const users = await timed(() =>
  inParts(numbers(count), OBJECTS, AT_ONCE, (part) => {
    const made = part.map(sampleUser);
    userIds.push(...made.map(({ id }) => id));
    return run(
      importUsers(
        actor,
        made.map(({ id, externalId, profile }) => ({
          ...{ ...as, ...profile, id, externalId },
          managerId: profile.managerId ?? null,
        })),
      ),
    );
  }),
);
const groups = await timed(() =>
  inParts(numbers((count * GROUPS_PER_USER) / MEMBERS_PER_GROUP), OBJECTS, AT_ONCE, (part) => {
    const made = part.map(sampleGroup);
    groupIds.push(...made.map(({ id }) => id));
    return run(
      importGroups(
        actor,
        made.map(({ id, externalId, profile }) => ({ ...as, ...profile, id, externalId })),
      ),
    );
  }),
);
await directory.grant(groupIds.filter((_, n) => n % 100 < giving));
const members = await timed(() =>
  inParts([...groupIds.entries()], GROUPS, 1, (part) =>
    run(
      importMembers(
        actor,
        part.map(([n, groupId]) => ({
          groupId,
          addUserIds: membersOf(n, count).flatMap((user) => userIds[user] ?? []),
          ...{ removeUserIds: [], addGroupIds: [], removeGroupIds: [], reason: 'new' },
        })),
      ),
    ),
  ),
);
clearInterval(upkeep);
clearInterval(memory);
await Promise.all([database.close(), directory.close()]);
const figures: ImportFigures = { users, groups, members, megabytes };
process.send?.(figures);
process.disconnect?.();
