import pg from 'pg';
import { createDirectory, type Directory } from './directory.ts';
import { type FilledGroups, fillGroups } from './fill-groups.ts';
import { fillUsers, managedRange } from './fill-users.ts';
import type { SampleUser, World } from './world.ts';

/** A world but for where its servers listen. */
export interface NewWorld extends Omit<World, 'serverUrl' | 'apiUrl' | 'ceilingUrl'> {
  readonly connectionKey: string;
  readonly applicationKey: string;
  readonly siteId: number;
}

/** More than are in any cache of a process, few enough to be sent to the load generator. */
const SAMPLE = 20_000;

/** Fills an empty database with a directory of that many users. */
export async function createWorld(url: string, size: number): Promise<NewWorld> {
  const directory = await createDirectory(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '128MB'");
    await fillUsers(client, directory, size);
    const groups = await fillGroups(client, directory, size);
    const world = await describe(client, directory, groups, size);
    await client.query('DROP TABLE bench_people, bench_groups');
    // As after some days of service: the visibility map is there, and no checkpoint falls into a measurement.
    await client.query('VACUUM (ANALYZE)');
    await client.query('CHECKPOINT');
    return world;
  } finally {
    await client.end();
    await directory.close();
  }
}

async function describe(client: pg.Client, directory: Directory, groups: FilledGroups, size: number) {
  const { from, to } = managedRange(size);
  const spread = `n NOT BETWEEN ${from} AND ${to} ORDER BY hashint4(n)`;
  const users = await sample(client, directory, spread, SAMPLE);
  const firstOnes = await sample(client, directory, 'n <= 100 ORDER BY n', 100);
  const inLarge = await sample(client, directory, 'n <= 100000 ORDER BY hashint4(n)', 2000);
  return {
    size,
    siteId: directory.siteId,
    connectionKey: directory.connectionKey,
    token: directory.token,
    applicationKey: directory.applicationKey,
    applicationToken: directory.applicationToken,
    users,
    managedUsers: await sample(client, directory, `n BETWEEN ${from} AND ${to}`, 1000),
    smallGroup: { id: groups.smallId, members: firstOnes.map((user) => user.id) },
    largeGroup: { id: groups.largeId, members: inLarge.map((user) => user.id) },
    emptyGroupId: groups.emptyId,
    cappedGroupIds: groups.cappedIds,
  };
}

async function sample(client: pg.Client, directory: Directory, which: string, limit: number): Promise<SampleUser[]> {
  const { rows } = await client.query<SampleUser>(`
    SELECT u.id, u.user_name AS "userName", i.external_id AS "externalId", u.document #>> '{emails,0,value}' AS email
    FROM (SELECT n, id, row_number() OVER () AS position FROM (
      SELECT n, id FROM bench_people WHERE ${which} LIMIT ${limit}) chosen) chosen
    JOIN users u ON u.site_id = ${directory.siteId} AND u.id = chosen.id
    JOIN identities i ON i.site_id = u.site_id AND i.object_id = u.id ORDER BY position`);
  return rows;
}
