import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { createSecrets } from '../../src/secrets/index.js';
import { urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';
import { freePort } from '../support/free-port.ts';
import { createServerProcesses } from '../support/server-processes.ts';
import { type Receiver, startReceiver } from '../support/webhook-receiver.js';
import { createWebhookStage } from '../support/webhook-stage.js';

let world: World;
let receiver: Receiver;
const key = randomBytes(32);
const processes = createServerProcesses();

beforeAll(async () => {
  world = await createWorld();
  receiver = await startReceiver();
});
afterAll(async () => {
  processes.killAll();
  await receiver.close();
  await world.close();
});

/** A whole server process on the test's database. */
async function serve(): Promise<ChildProcess> {
  return processes.serve({
    DATABASE_URL: await urlOf(world.database),
    PORT: String(await freePort()),
    SECRET_KEY: key.toString('base64'),
    LOG_LEVEL: 'silent',
    WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
  });
}

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const state = async () => {
  const [row] = await world.database.write<{ state: string }>(sql`SELECT state FROM webhook_deliveries`);
  return row?.state;
};

it('what a server was sending when it was killed is sent by the next, and one that stops loses nothing', async () => {
  const secrets = createSecrets(key);
  const stage = createWebhookStage({ ...world, secrets, actor: () => world.administrator });
  const { roles } = await world.application({ key: 'wiki' });
  const group = await world.group('Staff');
  await world.grant(roles.get('user') ?? '', group);
  await stage.webhook('wiki', receiver.url);
  await world.members(group, { kind: 'add', ids: [await world.user('ann')] });

  receiver.answer(() => undefined);
  const killed = await serve();
  await until(() => receiver.received.length === 1);
  killed.kill('SIGKILL');
  await once(killed, 'exit');
  expect(await state()).toBe('pending');

  // Its lease would end by itself.
  await world.database.write(sql`UPDATE webhook_deliveries SET leased_until = now()`);
  const stopped = await serve();
  await until(() => receiver.received.length === 2);
  stopped.kill('SIGTERM');
  await once(stopped, 'exit');
  expect(stopped.exitCode).toBe(0);
  expect(await state()).toBe('pending');

  receiver.answer((_event, response) => void response.writeHead(204).end());
  await serve();
  await until(async () => (await state()) === 'delivered');
  expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
}, 60_000);
