import type { Socket } from 'node:dgram';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newObjectId } from '../../src/directory/index.js';
import type { AccessClient } from '../support/access-server.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';
import { nameServer } from '../support/name-server.js';
import { type Receiver, startReceiver, verifySignature } from '../support/webhook-receiver.js';

const ORIGINAL = { ...process.env };
const records = new Map<string, string[]>();
let dns: Socket;
let server: ApiServer;
let api: ProgramClient;
let idp: AccessClient;

beforeAll(async () => {
  dns = await nameServer(records);
  Object.assign(process.env, {
    DNS_RESOLVERS: `127.0.0.1:${dns.address().port}`,
    WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
    WEBHOOKS_PER_APPLICATION: '2',
  });
  server = await startApiServer();
  api = await server.program();
  idp = await server.client();
});
afterAll(async () => {
  process.env = ORIGINAL;
  dns.close();
  await server.close();
});

const refused = async (method: string, path: string, body?: unknown) => {
  const { status, body: problem } = await api.request(method, path, body);
  return [status, problem?.code];
};

describe('the site', () => {
  it('is the one that the token is of', async () => {
    expect(await api.done('GET', '/site')).toMatchObject({ id: server.server.siteId, key: 'default' });
  });

  it('has domains, which are claimed, proved by their record, and listed', async () => {
    const name = `d${newObjectId().slice(-8)}.example.com`;
    const claimed = await api.done('POST', '/domains', { name: name.toUpperCase() });
    expect(claimed).toMatchObject({ name, verifiedAt: null });
    expect(await refused('POST', '/domains', { name })).toEqual([409, 'domain.exists']);
    expect(await refused('POST', '/domains', { name: 'no domain' })).toEqual([400, 'domain.invalid-name']);
    expect(await refused('POST', `/domains/${name}/verify`, {})).toEqual([400, 'domain.record-not-found']);
    expect(await refused('POST', '/domains/other.example/verify', {})).toEqual([404, 'domain.not-found']);
    records.set(name, [claimed.record]);
    expect(await api.done('POST', `/domains/${name}/verify`, {})).toMatchObject({ verifiedBy: 'dns' });
    const { items } = await api.done('GET', '/domains');
    expect(items).toMatchObject([{ name, verifiedBy: 'dns', record: claimed.record }]);
  });
});

describe('a webhook', () => {
  let receiver: Receiver;
  let key: string;

  beforeEach(async () => {
    receiver = await startReceiver();
    key = `app-${newObjectId()}`;
    await server.application({ key });
  });
  afterEach(() => receiver.close());

  const create = () => api.done('POST', '/webhooks', { application: key, url: receiver.url });

  it('is made with a secret that is shown once, also to who asks again with the same key', async () => {
    const body = { application: key, url: receiver.url };
    const header = { 'idempotency-key': newObjectId() };
    const made = await api.done('POST', '/webhooks', body, header);
    expect(Buffer.from(made.secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
    expect(await api.done('POST', '/webhooks', body, header)).toEqual(made);
    const { secret: _, ...shown } = made;
    expect(await api.done('GET', `/webhooks/${made.id}`)).toEqual(shown);
    const { items } = await api.done('GET', '/webhooks?limit=1000');
    expect(items.filter(({ application }: { application: string }) => application === key)).toEqual([shown]);
    await create();
    expect(await refused('POST', '/webhooks', body)).toEqual([409, 'webhook.too-many']);
    expect(await refused('POST', '/webhooks', { ...body, application: 'nothing' })).toEqual([
      404,
      'application.not-found',
    ]);
    for (const url of ['ftp://example.com', 'nonsense']) {
      expect(await refused('POST', '/webhooks', { ...body, url })).toEqual([400, 'webhook.invalid-url']);
    }
    const address = await refused('POST', '/webhooks', { ...body, url: 'https://10.0.0.1/hook' });
    expect(address).toEqual([400, 'webhook.address-refused']);
    for (const id of ['nothing', newObjectId()]) {
      expect(await refused('GET', `/webhooks/${id}`)).toEqual([404, 'webhook.not-found']);
      expect(await refused('POST', `/webhooks/${id}/enable`, {})).toEqual([404, 'webhook.not-found']);
    }
  });

  it('is tested, disabled, enabled, given another secret and removed', async () => {
    const { id, secret } = await create();
    expect(await api.done('POST', `/webhooks/${id}/test`, {})).toMatchObject({ delivered: true, status: 204 });
    const [event] = receiver.received;
    if (event === undefined) throw new Error('the event has arrived');
    expect(() => verifySignature(secret, event)).not.toThrow();
    receiver.answer((_event, response) => void response.writeHead(500).end());
    expect(await api.done('POST', `/webhooks/${id}/test`, {})).toMatchObject({ delivered: false, status: 500 });
    expect(await api.done('POST', `/webhooks/${id}/disable`, {})).toMatchObject({
      state: 'disabled',
      disabledReason: 'operator',
    });
    expect(await api.done('POST', `/webhooks/${id}/enable`, {})).toMatchObject({ state: 'enabled' });
    const rotated = await api.done('POST', `/webhooks/${id}/rotate-secret`, {});
    expect(rotated.secret).not.toBe(secret);
    expect(rotated.previousSecretUntil).not.toBeNull();
    expect((await api.request('DELETE', `/webhooks/${id}`)).status).toBe(204);
    expect(await refused('DELETE', `/webhooks/${id}`)).toEqual([404, 'webhook.not-found']);
  });

  it('has its deliveries listed page by page, and sent once more', async () => {
    const { id } = await create();
    for (let n = 0; n < 3; n++) await api.done('POST', `/webhooks/${id}/test`, {});
    const first = await api.done('GET', `/webhooks/${id}/deliveries?limit=2&state=delivered`);
    const second = await api.done('GET', `/webhooks/${id}/deliveries?limit=2&state=delivered&cursor=${first.next}`);
    expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
    const [{ id: delivery }] = first.items;
    expect(await api.done('POST', `/webhooks/${id}/replay`, { delivery })).toEqual({ replayed: 1 });
    const since = new Date(0).toISOString();
    expect(await api.done('POST', `/webhooks/${id}/replay`, { failedSince: since })).toEqual({ replayed: 0 });
    expect(await refused('POST', `/webhooks/${id}/replay`, { delivery: newObjectId() })).toEqual([
      404,
      'webhook.no-delivery',
    ]);
    for (const wrong of [{}, { delivery, failedSince: since }, { failedSince: 'yesterday' }]) {
      expect(await refused('POST', `/webhooks/${id}/replay`, wrong)).toEqual([400, 'request.invalid']);
    }
    await api.done('POST', `/webhooks/${id}/disable`, {});
    expect(await refused('POST', `/webhooks/${id}/replay`, { delivery })).toEqual([409, 'webhook.disabled']);
  });
});

describe('the log', () => {
  it('is filtered and walked to its end', async () => {
    const other = await server.program();
    const { id } = await other.done('POST', '/users', { userName: `ann-${newObjectId()}` });
    await other.done('PATCH', `/users/${id}`, { title: 'Dr' });
    await other.request('PATCH', `/users/${id}`, { userName: null });
    await idp.patch(id, [{ op: 'replace', path: 'title', value: 'Prof' }]);
    const list = (query: string) => api.done('GET', `/log?${query}`);
    const actions = (page: { items: { action: string; outcome: string }[] }) =>
      page.items.map(({ action, outcome }) => `${action} ${outcome}`);

    expect(actions(await list(`apiToken=${other.tokenId}`))).toEqual([
      'user.update failure',
      'user.update success',
      'user.create success',
    ]);
    const about = await list(`subject=${id}&limit=1000`);
    expect(about.items.length).toBeGreaterThanOrEqual(3);
    const walked = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: { items: unknown[]; next: string | null } = await list(
        `subject=${id}&limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      walked.push(...page.items);
      cursor = page.next;
    }
    expect(walked).toEqual(about.items);
    expect(actions(await list(`apiToken=${other.tokenId}&outcome=failure`))).toEqual(['user.update failure']);
    expect(actions(await list(`apiToken=${other.tokenId}&action=user.create`))).toEqual(['user.create success']);
    const changed = (await list(`apiToken=${other.tokenId}&outcome=success&limit=1`)).items[0];
    expect(changed).toMatchObject({
      source: 'api',
      connection: null,
      changed: ['title'],
      personal: { changes: [{ attribute: 'title', new: 'Dr' }] },
    });
    const byConnection = await list(`connection=${idp.connectionId}&subject=${id}`);
    expect(byConnection.items[0]).toMatchObject({ source: 'scim', connectionId: idp.connectionId });
    expect(await refused('GET', '/log?subject=nobody')).toEqual([404, 'user.not-found']);
    expect(await refused('GET', '/log?connection=nothing')).toEqual([404, 'connection.not-found']);
    expect(await refused('GET', '/log?outcome=fine')).toEqual([400, 'request.invalid']);
  });
});
