import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { findApplication, removeApplication } from '../../src/licensing/index.js';
import { findWebhook, listDeliveries, replayDeliveries, tidyWebhooks } from '../../src/webhooks/index.js';
import { type AccessClient, type AccessServer, startAccessServer } from '../support/access-server.js';
import { type Receiver, startReceiver } from '../support/webhook-receiver.js';
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
    await access.application({ key: 'short' });
    const hook = await stage.webhook('short', receiver.url);
    await access.grant('short:user', { kind: 'user', id: await client.user('cleo') });
    const { id } = await findApplication(database, access.server.siteId, 'short');
    await stage.run(removeApplication(actor(), id));
    await tidyWebhooks(database, stage.settings);
    await deliver();
    expect(receiver.told()).toEqual(['access.granted cleo none -> user', 'access.removed cleo user -> none']);
    await tidyWebhooks(database, stage.settings);
    await expect(findWebhook(database, access.server.siteId, hook.id)).rejects.toMatchObject({
      code: 'webhook.not-found',
    });
  });
});
