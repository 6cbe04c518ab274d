import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { assertion, exchange, type GoogleRequests, googleRequests } from '../support/google-requests.ts';

const STOP = '/admin/directory_v1/channels/stop';
const CUSTOMER = { customer: 'my_customer' };

let emulator: Emulator;
let requests: GoogleRequests;
let receiver: Server;
let address: string;
let answers: number[];
const received: { headers: IncomingHttpHeaders; body: string }[] = [];

beforeEach(async () => {
  emulator = await startGoogleEmulator({ settings: { pushRetry: 1 }, seed: { users: 3, domains: 2 } });
  requests = googleRequests(emulator);
  received.length = 0;
  answers = [];
  receiver = createServer(async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    response.writeHead(answers.shift() ?? 204).end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterEach(async () => {
  await emulator.close();
  receiver.closeAllConnections();
  receiver.close();
});

const watch = (query: Record<string, string> = {}, body: object = {}) =>
  requests.post(
    '/users/watch',
    { id: 'one', type: 'web_hook', address, token: 'secret', ...body },
    { ...CUSTOMER, ...query },
  );
const states = () => received.map(({ headers }) => headers['x-goog-resource-state']);

describe('a channel', () => {
  it('starts with a sync message and tells of changes after that', async () => {
    const { status, body } = await watch();
    expect([status, body]).toEqual([
      200,
      {
        kind: 'api#channel',
        id: 'one',
        resourceId: expect.any(String),
        resourceUri: expect.stringContaining('https://admin.googleapis.com/admin/directory/v1/users?customer='),
        token: 'secret',
        expiration: expect.stringMatching(/^\d{13}$/),
      },
    ]);
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com' });
    emulator.users.suspend(id);
    emulator.users.change(id, { isAdmin: true });
    emulator.users.delete(id);
    emulator.users.undelete(id);
    emulator.users.change(id, { displayName: 'Liz' }, { by: 'user' });
    await emulator.pushesSettled();
    expect(states()).toEqual(['sync', 'add', 'update', 'makeAdmin', 'delete', 'undelete', 'update']);
    expect(received[0]).toMatchObject({ body: '', headers: { 'x-goog-message-number': '1' } });
    const { headers, body: event } = received[1] ?? { headers: {}, body: '' };
    expect(JSON.parse(event)).toEqual({
      kind: 'admin#directory#user',
      id,
      etag: expect.any(String),
      primaryEmail: 'liz@example.com',
    });
    expect(headers).toMatchObject({
      'x-goog-channel-id': 'one',
      'x-goog-channel-token': 'secret',
      'x-goog-channel-expiration': new Date(Math.floor(Number(body.expiration) / 1_000) * 1_000).toUTCString(),
      'x-goog-resource-id': body.resourceId,
      'x-goog-resource-uri': body.resourceUri,
      'x-goog-message-number': '2',
    });
    expect(emulator.pushes.map(({ outcome }) => outcome)).toEqual(Array(7).fill('delivered'));
  });

  it('is about the events and the users that were named', async () => {
    await watch({ event: 'delete' });
    await watch({ customer: emulator.customerId, domain: 'example.org' }, { id: 'two' });
    const here = emulator.users.add({ primaryEmail: 'here@example.com' });
    const there = emulator.users.add({ primaryEmail: 'there@example.org' });
    for (const { id } of [here, there]) emulator.users.delete(id);
    await emulator.pushesSettled();
    const told = emulator.pushes.map(({ channelId, state }) => `${channelId} ${state}`).sort();
    expect(told).toEqual(['one delete', 'one delete', 'one sync', 'two add', 'two delete', 'two sync']);
  });

  it('lives as long as was asked for, six hours at most', async () => {
    const life = async (id: string, body: object) =>
      Math.round((Number((await watch({}, { id, ...body })).body.expiration) - emulator.clock.now()) / 60_000);
    expect(await life('usual', {})).toBe(120);
    expect(await life('short', { params: { ttl: '600' } })).toBe(10);
    expect(await life('long', { params: { ttl: '172800' } })).toBe(360);
    expect(await life('until', { expiration: emulator.clock.now() + 1_800_000 })).toBe(30);
    emulator.clock.advance(11 * 60_000);
    expect(emulator.channels.map(({ id }) => id)).toEqual(['usual', 'long', 'until']);
  });

  it('ends when it is stopped, by who opened it', async () => {
    const { body } = await watch();
    const stop = (resourceId: string, ask = requests) => ask.post(STOP, { id: 'one', resourceId });
    expect((await stop('other')).status).toBe(404);
    const key = emulator.keyFor();
    const scope = 'https://www.googleapis.com/auth/admin.directory.user.readonly';
    const token = await exchange(emulator.origin, assertion(key, { sub: emulator.adminEmail, scope }));
    const somebodyElse = googleRequests(emulator, token.body.access_token);
    expect((await stop(body.resourceId, somebodyElse)).status).toBe(404);
    const stopped = await stop(body.resourceId);
    expect([stopped.status, stopped.text]).toEqual([204, '']);
    expect((await stop(body.resourceId)).status).toBe(404);
    emulator.users.add({ primaryEmail: 'liz@example.com' });
    await emulator.pushesSettled();
    expect(states()).toEqual(['sync']);
  });

  it('is refused where it cannot be', async () => {
    await watch();
    const reason = async (query: Record<string, string>, body: object) => {
      const answer = await watch(query, body);
      return [answer.status, answer.body.error.errors[0].reason];
    };
    expect(await reason({}, {})).toEqual([400, 'channelIdNotUnique']);
    expect(await reason({}, { id: 'a', address: 'http://other.test/hook' })).toEqual([400, 'push.webhookUrlNotHttps']);
    expect(await reason({}, { id: 'a', address: 'https://other.test/' })).toEqual([401, 'push.webhookUrlUnauthorized']);
    expect(await reason({}, { id: 'a', type: 'mail' })).toEqual([400, 'badRequest']);
    expect(await reason({}, { id: 'a b' })).toEqual([400, 'badRequest']);
    expect(await reason({ event: 'rename' }, { id: 'a' })).toEqual([400, 'badRequest']);
    expect(await reason({}, { id: 'a', params: { ttl: '-1' } })).toEqual([400, 'badRequest']);
  });

  it('sends again what was not taken for lack of service, and nothing else', async () => {
    await watch();
    await emulator.pushesSettled();
    answers = [503, 500, 204, 404];
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com' });
    emulator.users.suspend(id);
    await emulator.pushesSettled();
    expect(emulator.pushes.slice(1)).toMatchObject([
      { state: 'add', attempts: 3, status: 204, outcome: 'delivered' },
      { state: 'update', attempts: 1, status: 404, outcome: 'dropped' },
    ]);
    answers = [502, 502, 502, 502];
    emulator.users.unsuspend(id);
    await emulator.pushesSettled();
    expect(emulator.pushes.at(-1)).toMatchObject({ attempts: 4, status: 502, outcome: 'failed' });
  });

  it('push-lost: says nothing', async () => {
    await watch();
    emulator.fault('push-lost', { times: 1 });
    const { id } = emulator.users.add({ primaryEmail: 'liz@example.com' });
    emulator.users.suspend(id);
    await emulator.pushesSettled();
    expect(states()).toEqual(['sync', 'update']);
    expect(emulator.pushes.map(({ outcome }) => outcome).sort()).toEqual(['delivered', 'delivered', 'lost']);
  });

  it('push-forged-token: is used by somebody else, who does not know the token', async () => {
    await watch();
    emulator.fault('push-forged-token');
    emulator.users.add({ primaryEmail: 'liz@example.com' });
    await emulator.pushesSettled();
    expect(received.map(({ headers }) => headers['x-goog-channel-token'])).toEqual(['secret', 'forged', 'secret']);
  });
});
