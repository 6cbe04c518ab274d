// npm run demo: a server and an emulated Google Workspace with something to look at, until Ctrl-C.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startGoogleEmulator } from '../google-emulator/index.ts';
import { advice } from './advice.ts';
import { environmentOf, writeEnvironment } from './environment.ts';
import { createRollcall } from './rollcall.ts';
import { startServer } from './start-server.ts';
import { tell } from './tell.ts';

/** What is taken back in the end, the last one first. */
const undo: (() => Promise<unknown>)[] = [];
const stopped = new Promise<string>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(signal));
});

async function run(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-demo-'));
  undo.push(() => rm(folder, { recursive: true, force: true }));
  // PostgreSQL runs as another account where root starts it.
  await chmod(folder, 0o711);
  const emulator = await startGoogleEmulator({ seed: { users: 300, groups: 24, memberships: 1500, orgUnits: 16 } });
  undo.push(() => emulator.close());
  const environment = environmentOf(folder, emulator, await freePort());
  const server = await startServer(folder, environment);
  undo.push(() => server.stop());
  const rollcall = createRollcall(environment);
  const told = await tell({ folder, emulator, rollcall, url: server.url });
  await writeEnvironment(folder, environment, { url: server.url, token: told.token, emulator: emulator.origin });
  console.log(advice(folder, server.url, told));
}

try {
  const signal = await Promise.race([run().then(() => undefined), stopped]);
  if (signal === undefined) await stopped;
  console.log('Stopping …');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  for (const step of undo.reverse()) await step();
  // A story that was broken off may still wait for something.
  process.exit();
}
