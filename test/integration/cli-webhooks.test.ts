import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '../../src/database/index.js';
import { type Cli, createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';
import { type Receiver, startReceiver, verifySignature } from '../support/webhook-receiver.js';

interface Made {
  readonly id: string;
  readonly secret: string;
  readonly state: string;
}

let world: World;
let cli: Cli;
let receiver: Receiver;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  world = await createWorld();
  environment = process.env;
  process.env = {
    ...environment,
    DATABASE_URL: await urlOf(world.database),
    WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
    WEBHOOKS_PER_APPLICATION: '3',
  };
  const real = createCli();
  const inSite = (argv: readonly string[]) => [...argv, '--site', 'test'];
  cli = { run: (...argv) => real.run(...inSite(argv)), json: (...argv) => real.json(...inSite(argv)) };
  await world.application({ key: 'wiki' });
});
afterAll(async () => {
  process.env = environment;
  await world.close();
});
beforeEach(async () => {
  receiver = await startReceiver();
  await world.database.write(sql`DELETE FROM webhooks`);
});
afterEach(() => receiver.close());

const create = () => cli.json<Made>('webhook', 'create', 'wiki', '--url', receiver.url);

describe('rollcall webhook', () => {
  it('create shows the secret once, and nothing else ever does', async () => {
    const { code, out } = await cli.run('webhook', 'create', 'wiki', '--url', receiver.url);
    expect(code).toBe(0);
    const secret = /whsec_\S+/.exec(out)?.[0] ?? '';
    expect(Buffer.from(secret.slice(6), 'base64')).toHaveLength(32);
    const [{ id } = { id: '' }] = await cli.json<Made[]>('webhook', 'list');
    for (const command of [['list'], ['show', id]]) {
      expect((await cli.run('webhook', ...command, '--json')).out).not.toContain('whsec_');
    }
    const kept = await world.database.read(sql`
      SELECT 1 FROM webhooks WHERE secret = ${Buffer.from(secret.slice(6), 'base64')}`);
    expect(kept).toEqual([]);
    const log = await world.database.read<{ text: string }>(sql`
      SELECT personal::text AS text FROM log_entries WHERE action = 'webhook.create' AND object_id = ${id}`);
    expect(log).toHaveLength(1);
    expect(log[0]?.text).not.toContain('whsec_');
  });

  it.each([
    ['an application that is not there', ['nothing', '--url', 'https://example.com'], 'application.not-found'],
    ['an address of the inside', ['wiki', '--url', 'https://10.0.0.1/'], 'webhook.address-refused'],
    ['http to elsewhere', ['wiki', '--url', 'http://93.184.215.14/'], 'webhook.address-refused'],
    ['no URL', ['wiki', '--url', 'example'], 'webhook.invalid-url'],
  ])('create refuses %s', async (_what, argv, code) => {
    const { error } = await cli.run('webhook', 'create', ...argv);
    expect(error.split(':')[0]).toBe(code);
  });

  it('create stops at WEBHOOKS_PER_APPLICATION', async () => {
    for (let n = 0; n < 3; n += 1) await create();
    const { error } = await cli.run('webhook', 'create', 'wiki', '--url', receiver.url);
    expect(error).toMatch(/^webhook.too-many: .*WEBHOOKS_PER_APPLICATION/);
  });

  it('test sends now and says what came of it', async () => {
    const { id, secret } = await create();
    expect(await cli.json('webhook', 'test', id)).toMatchObject({ delivered: true, status: 204 });
    const [event] = receiver.received;
    if (event === undefined) throw new Error('nothing came');
    expect(verifySignature(secret, event)).toMatchObject({ type: 'webhook.test', data: { application: 'wiki' } });
    receiver.answer((_event, response) => void response.writeHead(500).end());
    expect(await cli.run('webhook', 'test', id)).toMatchObject({ code: 0, out: 'Not delivered: it answered 500.\n' });
    const { deliveries } = await cli.json<{ deliveries: object[] }>('webhook', 'deliveries', id);
    expect(deliveries).toMatchObject([{ state: 'failed' }, { state: 'delivered' }]);
    // A test says nothing about how events fare.
    expect(await cli.json('webhook', 'show', id)).toMatchObject({ failingSince: null });
  });

  it('disable, enable, rotate-secret and remove change it and are logged', async () => {
    const { id, secret } = await create();
    expect(await cli.json('webhook', 'disable', id)).toMatchObject({ state: 'disabled', disabledReason: 'operator' });
    expect((await cli.run('webhook', 'show', id)).out).toMatch(/State +disabled/);
    expect(await cli.json('webhook', 'enable', id)).toMatchObject({ state: 'enabled', disabledReason: null });
    const rotated = await cli.json<Made & { previousSecretUntil: string }>('webhook', 'rotate-secret', id);
    expect(rotated.secret).not.toBe(secret);
    expect(Date.parse(rotated.previousSecretUntil)).toBeGreaterThan(Date.now());
    await cli.run('webhook', 'test', id);
    const [event] = receiver.received;
    if (event === undefined) throw new Error('nothing came');
    for (const each of [secret, rotated.secret]) expect(verifySignature(each, event)).toEqual(event.body);
    expect(await cli.json('webhook', 'remove', id)).toEqual({ id, removed: true });
    const log = await world.database.read<{ action: string }>(sql`
      SELECT action FROM log_entries WHERE object_id = ${id} AND outcome = 'success' ORDER BY at, id`);
    expect(log.map(({ action }) => action)).toEqual([
      'webhook.create',
      'webhook.disable',
      'webhook.enable',
      'webhook.rotate-secret',
      'webhook.test',
      'webhook.remove',
    ]);
  });

  it.each([['show'], ['disable'], ['enable'], ['rotate-secret'], ['remove'], ['test'], ['deliveries']])(
    '%s says when there is no such webhook',
    async (command) => {
      for (const id of ['nonsense', '01a212f9-5e7d-71b1-bf8c-d6b7792d060e']) {
        expect((await cli.run('webhook', command, id)).error).toMatch(/^webhook.not-found: .*webhook list/);
      }
    },
  );

  it('deliveries lists page by page and by state, and replay sends again', async () => {
    const { id } = await create();
    for (let n = 0; n < 3; n += 1) await cli.run('webhook', 'test', id);
    type Page = { deliveries: { id: string }[]; next: string | null };
    const first = await cli.json<Page>('webhook', 'deliveries', id, '--limit', '2');
    const rest = await cli.json<Page>('webhook', 'deliveries', id, '--limit', '2', '--before', first.next ?? '');
    expect([...first.deliveries, ...rest.deliveries]).toHaveLength(3);
    expect(rest.next).toBeNull();
    expect((await cli.run('webhook', 'deliveries', id)).out).toMatch(/webhook\.test .* delivered +1 +204/);
    const one = first.deliveries[0]?.id ?? '';
    expect(await cli.json('webhook', 'replay', id, '--delivery', one)).toEqual({ replayed: 1 });
    const pending = await cli.json<Page>('webhook', 'deliveries', id, '--state', 'pending');
    expect(pending.deliveries.map((delivery) => delivery.id)).toEqual([one]);
    expect(await cli.json('webhook', 'replay', id, '--failed-since', '2026-01-01')).toEqual({ replayed: 0 });
    expect((await cli.run('webhook', 'replay', id)).error).toMatch(/^error: say which events/);
  });
});
