import { readFile } from 'node:fs/promises';
import { createExchange } from './exchange.ts';
import { addMembers, patchBody } from './patch-body.ts';
import { percentiles } from './statistics.ts';
import type { Timing } from './timing.ts';
import type { World } from './world.ts';

const MEMBERS = 20_000;
const TIMES = 3;

/**
 * 20,000 members in one PATCH (fewer in a small directory), and what it does to the server's memory: flat when it does
 * not grow with the repetitions.
 */
export async function measureBulkMembers(world: World, serverPid: number): Promise<Timing> {
  const ids = [...world.users, ...world.managedUsers].slice(0, MEMBERS).map((user) => user.id);
  const url = `${world.serverUrl}/Groups/${world.emptyGroupId}`;
  const exchange = createExchange(world.token, () => undefined);
  const times: number[] = [];
  const megabytesAfter: number[] = [];
  const megabytesBefore = await residentMegabytes(serverPid);
  try {
    for (let time = 0; time < TIMES; time += 1) {
      const added = await exchange.send({ method: 'PATCH', url, body: addMembers(ids), expect: 204 });
      times.push(added.milliseconds);
      megabytesAfter.push(await residentMegabytes(serverPid));
      await exchange.send({ method: 'PATCH', url, body: patchBody({ op: 'remove', path: 'members' }), expect: 204 });
    }
  } finally {
    exchange.close();
  }
  const memory = `RSS ${megabytesBefore} → ${megabytesAfter.join(', ')} MB`;
  const title = `${ids.length} members in one PATCH (${memory})`;
  return { title, size: world.size, ...percentiles(times), below: 3000 };
}

/** NaN where the system has no /proc. */
async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
}
