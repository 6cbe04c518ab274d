import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import {
  enableWebhook,
  findWebhook,
  listDeliveries,
  replayDeliveries,
  rotateWebhookSecret,
  tidyWebhooks,
} from '../../src/webhooks/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';
import { type Receiver, startReceiver, verifySignature } from '../support/webhook-receiver.js';
import { createWebhookStage, type WebhookStage } from '../support/webhook-stage.js';

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

describe('order and repetition', () => {
  it('a later event of a person waits for the earlier, and those of others do not', async () => {
    const ann = await join('order-ann');
    await client.leave(staff, ann);
    await client.join(staff, ann);
    await join('order-bob');
    receiver.answer(({ body }, response) => {
      response.writeHead(body.data.userId === ann && receiver.received.length < 5 ? 500 : 204).end();
    });
    await deliver();
    // one at a time while the webhook fails
    for (let round = 0; round < 6; round += 1) {
      await stage.unpause();
      await deliver();
    }
    expect(receiver.told().filter((told) => told.includes('order-ann'))).toEqual([
      'access.granted order-ann none -> user',
    ]);
    expect(receiver.told()).toContain('access.granted order-bob none -> user');
    receiver.answer((_event, response) => void response.writeHead(204).end());
    await stage.goBy();
    await deliver();
    const told = receiver.received.filter(({ body }) => body.data.userId === ann).map(({ body }) => body);
    expect(told.slice(-3).map(({ type }) => type)).toEqual(['access.granted', 'access.removed', 'access.granted']);
    const sequences = told.slice(-3).map(({ data }) => data.sequence);
    expect([...sequences].sort((left, right) => left - right)).toEqual(sequences);
  });

  it('two processes send each event once, and no two of one person at once', async () => {
    const ids = [];
    for (let n = 0; n < 10; n += 1) ids.push(await join());
    for (const id of ids) {
      await client.leave(staff, id);
      await client.join(staff, id);
    }
    const atOnce = new Map<string, number>();
    let most = 0;
    receiver.answer(async ({ body }, response) => {
      const id = body.data.userId ?? '';
      atOnce.set(id, (atOnce.get(id) ?? 0) + 1);
      most = Math.max(most, atOnce.get(id) ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 5));
      atOnce.set(id, (atOnce.get(id) ?? 0) - 1);
      response.writeHead(204).end();
    });
    const processes = [stage.deliverer(), stage.deliverer(), stage.deliverer()];
    while ((await deliveries('pending')).length > 0) await Promise.all(processes.map((each) => each.drain()));
    await Promise.all(processes.map((each) => each.stop()));
    expect(receiver.received).toHaveLength(30);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(30);
    expect(most).toBe(1);
    for (const id of ids) {
      const types = receiver.received.filter(({ body }) => body.data.userId === id).map(({ body }) => body.type);
      expect(types).toEqual(['access.granted', 'access.removed', 'access.granted']);
    }
  });

  it('what a process was sending when it was killed is sent by another', async () => {
    receiver.answer(() => undefined);
    await join();
    const killed = stage.deliverer();
    await killed.tick();
    const other = stage.deliverer();
    await other.drain();
    // It has the event to itself until its lease ends.
    expect(await states()).toEqual(['pending 1']);
    await access.server.database.write(sql`UPDATE webhook_deliveries SET leased_until = now()`);
    receiver.answer((_event, response) => void response.writeHead(204).end());
    await other.drain();
    await other.stop();
    expect(await states()).toEqual(['delivered 2']);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1);
    // What the first one finds out now counts no more.
    await killed.stop(0);
    expect(await states()).toEqual(['delivered 2']);
  });

  it('a process that stops lets go of what it cuts, so that the next one sends it at once', async () => {
    receiver.answer(() => undefined);
    await join();
    const stopping = stage.deliverer();
    await stopping.tick();
    await stopping.stop(0);
    expect(await deliveries()).toMatchObject([
      { state: 'pending', lastError: expect.stringMatching(/server stopped/) },
    ]);
    receiver.answer((_event, response) => void response.writeHead(204).end());
    await deliver();
    expect(await states()).toEqual(['delivered 2']);
    expect(await found()).toMatchObject({ failingSince: null });
  });

  it('one event, or all that failed since a time, is sent once more under its id', async () => {
    const { actor, database } = access.server;
    for (let n = 0; n < 3; n += 1) await join();
    await deliver();
    const [one, ...others] = receiver.received.map(({ id }) => id);
    await database.write(sql`
      UPDATE webhook_deliveries SET state = 'failed' WHERE id = ANY (${others}::uuid[])`);
    const replay = (wanted: Parameters<typeof replayDeliveries>[2]) =>
      stage.run(replayDeliveries(actor(), webhook.id, wanted));
    expect(await replay({ failedSince: new Date(Date.now() + 60_000) })).toEqual({ replayed: 0 });
    expect(await replay({ failedSince: new Date(Date.now() - 60_000) })).toEqual({ replayed: 2 });
    expect(await replay({ deliveryId: one ?? '' })).toEqual({ replayed: 1 });
    await expect(replay({ deliveryId: one ?? '' })).rejects.toMatchObject({ code: 'webhook.no-delivery' });
    await expect(replay({ deliveryId: 'nonsense' })).rejects.toMatchObject({ code: 'webhook.no-delivery' });
    receiver.received.length = 0;
    await deliver();
    expect(receiver.received.map(({ id }) => id).sort()).toEqual([one, ...others].sort());
    await database.write(sql`UPDATE webhooks SET state = 'disabled', disabled_reason = 'operator'`);
    await expect(replay({ deliveryId: one ?? '' })).rejects.toMatchObject({ code: 'webhook.disabled' });
  });

  it('what was delivered is forgotten after a while, what failed later', async () => {
    const { database } = access.server;
    for (let n = 0; n < 3; n += 1) await join();
    await deliver();
    const [first, second] = receiver.received.map(({ id }) => id);
    await database.write(sql`UPDATE webhook_deliveries SET finished_at = now() - interval '31 days'`);
    await database.write(sql`UPDATE webhook_deliveries SET state = 'failed' WHERE id = ${first}`);
    await database.write(sql`UPDATE webhook_deliveries SET finished_at = now() WHERE id = ${second}`);
    await tidyWebhooks(database, stage.settings);
    expect((await deliveries()).map(({ id }) => id).sort()).toEqual([first, second].sort());
  });

  it('an application that is removed is told of it before its webhook goes', async () => {
    const { database, actor } = access.server;
    const { removeApplication, findApplication } = await import('../../src/licensing/index.js');
    const name = 'short';
    await access.application({ key: name });
    const hook = await stage.webhook(name, receiver.url);
    await access.grant('short:user', { kind: 'user', id: await client.user('cleo') });
    const { id } = await findApplication(database, access.server.siteId, name);
    await stage.run(removeApplication(actor(), id, true));
    await tidyWebhooks(database, stage.settings);
    await deliver();
    expect(receiver.told()).toEqual(['access.granted cleo none -> user', 'access.removed cleo user -> none']);
    await tidyWebhooks(database, stage.settings);
    await expect(findWebhook(database, access.server.siteId, hook.id)).rejects.toMatchObject({
      code: 'webhook.not-found',
    });
  });
});
