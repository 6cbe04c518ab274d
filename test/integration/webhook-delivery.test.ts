import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import {
  enableWebhook,
  findWebhook,
  listDeliveries,
  rotateWebhookSecret,
  tidyWebhooks,
} from '../../src/webhooks/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';
import { type Receiver, startReceiver, verifySignature } from '../support/webhook-receiver.js';
import { createWebhookStage, type WebhookStage } from '../support/webhook-stage.js';

/** Made for tests alone; nobody believes it. */
const CERTIFICATE = fileURLToPath(new URL('../support/tls/certificate.pem', import.meta.url));
const KEY = fileURLToPath(new URL('../support/tls/key.pem', import.meta.url));

let access: AccessServer;
let client: AccessClient;
let stage: WebhookStage;
let receiver: Receiver;
let staff: string;
let webhook: { readonly id: string; readonly secret: string };

beforeAll(async () => {
  access = await startAccessServer();
  client = await access.client();
  stage = createWebhookStage(access.server);
  await access.application({ key: 'wiki' });
  staff = await client.group('Staff');
  await access.grant('wiki:user', { kind: 'group', id: staff });
});
afterAll(() => access.close());

beforeEach(async () => {
  const { database } = access.server;
  await database.write(sql`DELETE FROM webhooks`);
  await database.write(sql`DELETE FROM webhook_deliveries`);
  receiver = await startReceiver();
  webhook = await stage.webhook('wiki', receiver.url);
});
afterEach(() => receiver.close());

let people = 0;
async function join(name = `person-${people++}`): Promise<string> {
  const id = await client.user(name);
  await client.join(staff, id);
  return id;
}

const found = () => findWebhook(access.server.database, access.server.siteId, webhook.id);
const deliveries = (state?: 'pending' | 'delivered' | 'failed') =>
  listDeliveries(access.server.database, access.server.siteId, { webhookId: webhook.id, state, limit: 100 });
const states = async () => (await deliveries()).map(({ state, attempts }) => `${state} ${attempts}`);

async function deliver(different: Parameters<WebhookStage['deliverer']>[0] = {}): Promise<void> {
  const deliverer = stage.deliverer(different);
  await deliverer.drain();
  await deliverer.stop();
}

describe('an event', () => {
  it('is signed as the Standard Webhooks specification says, and says who has what and why', async () => {
    const ann = await join('ann');
    await deliver();
    const [event] = receiver.received;
    if (event === undefined) throw new Error('nothing came');
    expect(verifySignature(webhook.secret, event)).toEqual(event.body);
    expect(() => verifySignature(webhook.secret, { ...event, raw: event.raw.replace('ann', 'bob') })).toThrow();
    expect(event.headers['content-type']).toBe('application/json');
    expect(event.body).toEqual({
      type: 'access.granted',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      data: {
        application: 'wiki',
        sequence: expect.any(Number),
        userId: ann,
        userName: 'ann',
        roleBefore: null,
        roleAfter: 'user',
        reason: 'assigned',
        action: 'group.update',
      },
    });
    expect(await states()).toEqual(['delivered 1']);
    expect((await deliveries())[0]).toMatchObject({ id: event.id, lastStatus: 204, lastError: null });
  });

  it('is signed with both secrets while one follows the other, and with the new one alone afterwards', async () => {
    const { secrets, database, actor } = access.server;
    const settings = stage.settings;
    const next = await stage.run(rotateWebhookSecret(actor(), { secrets, settings }, webhook.id));
    await join();
    await deliver();
    const [during] = receiver.received;
    if (during === undefined) throw new Error('nothing came');
    for (const { secret } of [webhook, next]) expect(verifySignature(secret, during)).toEqual(during.body);
    await database.write(sql`UPDATE webhooks SET previous_secret_until = now()`);
    await tidyWebhooks(database, settings);
    await join();
    await deliver();
    const after = receiver.received[1];
    if (after === undefined) throw new Error('nothing came');
    expect(verifySignature(next.secret, after)).toEqual(after.body);
    expect(() => verifySignature(webhook.secret, after)).toThrow();
    expect(await database.read(sql`SELECT 1 FROM webhooks WHERE previous_secret IS NOT NULL`)).toEqual([]);
  });

  it('is tried again, the same text under the same id, until it is through', async () => {
    let left = 2;
    receiver.answer((_event, response) => {
      left -= 1;
      response.writeHead(left >= 0 ? 500 : 200).end();
    });
    await join();
    for (const expected of ['pending 1', 'pending 2', 'delivered 3']) {
      await stage.goBy();
      await deliver();
      expect(await states()).toEqual([expected]);
    }
    expect(new Set(receiver.received.map(({ id, raw }) => id + raw)).size).toBe(1);
    expect(await found()).toMatchObject({ failingSince: null, pausedUntil: null });
  });

  it('waits longer after each attempt, and its webhook with it', async () => {
    receiver.answer((_event, response) => void response.writeHead(503).end());
    await join();
    let before = 0;
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await deliver({ retryFirstMilliseconds: 100_000, retryLongestSeconds: 100_000 });
      const [row] = await access.server.database.write<{ wait: number; pause: number }>(sql`
        SELECT extract(epoch FROM next_attempt_at - last_attempt_at)::float8 AS wait,
          extract(epoch FROM w.paused_until - last_attempt_at)::float8 AS pause
        FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id`);
      expect(row?.wait).toBeGreaterThan(before * 1.4);
      expect(row?.pause).toBeGreaterThan(70);
      before = row?.wait ?? 0;
      await stage.goBy();
    }
    expect(receiver.received).toHaveLength(4);
  });

  it('that is refused does not keep later events of other people, nor is it lost after its time: it has failed', async () => {
    const bad = await join();
    receiver.answer(({ body }, response) => void response.writeHead(body.data.userId === bad ? 400 : 204).end());
    await deliver();
    await stage.unpause();
    await join();
    await deliver();
    expect((await deliveries()).map(({ state }) => state).sort()).toEqual(['delivered', 'pending']);
    await access.server.database.write(sql`
      UPDATE webhook_deliveries SET trying_since = now() - interval '72 hours' WHERE state = 'pending'`);
    await stage.goBy();
    await deliver();
    const failed = await deliveries('failed');
    expect(failed).toMatchObject([{ userId: bad, lastStatus: 400, lastError: 'it answered 400' }]);
  });

  it.each([
    ['a redirect', 302, /redirects are not followed/],
    ['an error', 500, /^it answered 500$/],
  ])('that is answered with %s is not through', async (_what, status, error) => {
    const elsewhere = await startReceiver();
    receiver.answer((_event, response) => void response.writeHead(status, { location: elsewhere.url }).end());
    await join();
    await deliver();
    expect(await deliveries()).toMatchObject([
      { state: 'pending', lastStatus: status, lastError: expect.stringMatching(error) },
    ]);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  it('that is not answered in time is cut, and so is an answer without end', async () => {
    receiver.answer(() => undefined);
    await join();
    await deliver({ timeoutMilliseconds: 100 });
    expect(await deliveries()).toMatchObject([{ state: 'pending', lastError: 'no answer within 100 ms' }]);
    receiver.answer((_event, response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write('x'.repeat(1000)), 1);
      response.on('close', () => clearInterval(more));
    });
    await stage.goBy();
    await deliver({ timeoutMilliseconds: 20_000, answerBytes: 10_000 });
    expect(await states()).toEqual(['delivered 2']);
  });

  it('does not go to an address of the inside, whatever its name, nor to a server that cannot prove its name', async () => {
    const tls = { cert: readFileSync(CERTIFICATE), key: readFileSync(KEY) };
    const seen: string[] = [];
    const inside = createServer(tls, (request, response) => {
      seen.push(request.url ?? '');
      response.end();
    });
    inside.listen(0, '127.0.0.1');
    await once(inside, 'listening');
    const { port } = inside.address() as AddressInfo;
    try {
      // As if the name had led elsewhere when the webhook was made.
      await access.server.database.write(sql`UPDATE webhooks SET url = ${`https://localhost:${port}/`}`);
      await join();
      await deliver();
      expect(await deliveries()).toMatchObject([
        { lastError: expect.stringMatching(/^localhost is .*no public address/) },
      ]);
      await stage.goBy();
      await deliver({ allowedAddresses: ['127.0.0.0/8', '::1'] });
      expect(await deliveries()).toMatchObject([{ lastError: expect.stringMatching(/self-signed certificate/) }]);
      expect(seen).toEqual([]);
    } finally {
      inside.close();
    }
  });

  it('is sent over a new connection where the kept one was just closed', async () => {
    const used = new Set<unknown>();
    receiver.answer((_event, response) => {
      const again = used.has(response.socket);
      used.add(response.socket);
      if (again) response.socket?.destroy();
      else response.writeHead(204).end();
    });
    const deliverer = stage.deliverer();
    for (let n = 0; n < 3; n += 1) {
      await join();
      await deliverer.drain();
    }
    await deliverer.stop();
    expect(await states()).toEqual(['delivered 1', 'delivered 1', 'delivered 1']);
    expect(receiver.received.length).toBeGreaterThan(3);
  });

  it('that cannot be sent at all says why', async () => {
    await receiver.close();
    await join();
    await deliver();
    expect(await deliveries()).toMatchObject([
      { state: 'pending', lastStatus: null, lastError: expect.stringMatching(/ECONNREFUSED/) },
    ]);
  });
});

describe('a webhook', () => {
  it('that asks for time gets it', async () => {
    receiver.answer((_event, response) => void response.writeHead(429, { 'retry-after': '3600' }).end());
    await join();
    await deliver();
    const [row] = await access.server.database.read<{ paused: boolean; waits: boolean }>(sql`
      SELECT w.paused_until > now() + interval '50 minutes' AS paused,
        d.next_attempt_at > now() + interval '50 minutes' AS waits
      FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id`);
    expect(row).toEqual({ paused: true, waits: true });
    await join();
    await deliver();
    expect(receiver.received).toHaveLength(1);
  });

  it('that fails is asked with one event at a time until one comes through', async () => {
    receiver.answer((_event, response) => void response.writeHead(500).end());
    await join();
    await deliver();
    for (let n = 0; n < 5; n += 1) await join();
    await stage.unpause();
    await deliver();
    expect(receiver.received).toHaveLength(2);
    receiver.answer((_event, response) => void response.writeHead(204).end());
    await stage.goBy();
    await deliver();
    expect((await deliveries('delivered')).length).toBe(6);
  });

  it('that answers 410 is disabled, which the log tells, and is told nothing more', async () => {
    receiver.answer((_event, response) => void response.writeHead(410).end());
    await join();
    await deliver();
    expect(await found()).toMatchObject({ state: 'disabled', disabledReason: 'gone', failed: 1 });
    const log = await access.server.database.read(sql`
      SELECT outcome FROM log_entries WHERE action = 'webhook.disable' AND object_id = ${webhook.id}`);
    expect(log).toEqual([{ outcome: 'success' }]);
    await join();
    await deliver();
    expect(receiver.received).toHaveLength(1);
  });

  it('to which nothing came through for days is disabled, and enabled again it gets what waits', async () => {
    receiver.answer((_event, response) => void response.writeHead(500).end());
    await join();
    await deliver();
    await access.server.database.write(sql`UPDATE webhooks SET failing_since = now() - interval '5 days'`);
    await stage.goBy();
    await deliver();
    expect(await found()).toMatchObject({ state: 'disabled', disabledReason: 'failing', pending: 1 });
    receiver.answer((_event, response) => void response.writeHead(204).end());
    await stage.run(enableWebhook(access.server.actor(), webhook.id));
    await access.server.database.write(sql`UPDATE webhook_deliveries SET next_attempt_at = now()`);
    await deliver();
    expect(await found()).toMatchObject({ state: 'enabled', failingSince: null, pending: 0 });
  });

  it('that is disabled loses what waits to `failed` once its time is over', async () => {
    const { database } = access.server;
    await join();
    await database.write(sql`UPDATE webhooks SET state = 'disabled', disabled_reason = 'operator'`);
    await tidyWebhooks(database, stage.settings);
    expect(await states()).toEqual(['pending 0']);
    await database.write(sql`UPDATE webhook_deliveries SET trying_since = now() - interval '73 hours'`);
    await tidyWebhooks(database, stage.settings);
    expect(await deliveries()).toMatchObject([{ state: 'failed', lastError: expect.stringMatching(/time was over/) }]);
  });
});
