import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Run } from '../../src/google/index.js';
import { type ApiServer, type ProgramClient, startApiServer } from '../support/api-server.js';
import { createGoogleJobs, type GoogleJobs } from '../support/google-jobs.js';
import { type GoogleSync, startGoogleSync } from '../support/google-sync.js';

let api: ApiServer;
let world: GoogleSync;
let jobs: GoogleJobs;
let program: ProgramClient;
beforeAll(async () => {
  api = await startApiServer({ limits: { eventStreams: 2 } });
  world = await startGoogleSync({
    server: api.server,
    emulator: { seed: { users: 30, groups: 4, memberships: 60 } },
    settings: { link: 'manual', limits: { users: { count: 1 } } },
  });
  jobs = createGoogleJobs(world);
  await jobs.startProcess();
  program = await api.program(['google:read', 'google:write']);
});
afterAll(async () => {
  await jobs.close();
  await world.close();
  await api.close();
});

const name = () => world.connection.name;
/** A run that the API was asked for, when it is over. */
const ended = async (kind: 'sync' | 'plan'): Promise<Run> => {
  const asked = await program.done('POST', `/google/connections/${name()}/runs`, { kind });
  await jobs.until(asked);
  return program.done('GET', `/google/runs/${asked.id}`);
};

/** The events of a run, each as its run. */
async function* events(id: string, signal: AbortSignal): AsyncGenerator<Run> {
  const response = await fetch(`${api.server.origin}/api/v1/google/runs/${id}/events`, {
    headers: { authorization: `Bearer ${program.token}` },
    signal,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (line.startsWith('data: ')) yield JSON.parse(line.slice(6)) as Run;
    }
  }
}

describe('/api/v1/google', () => {
  it('lists and shows connections with how it stands with them, and never a credential', async () => {
    const { items } = await program.done('GET', '/google/connections');
    expect(items).toMatchObject([{ name: name(), state: 'active', last: null, nextRunAt: expect.any(String) }]);
    expect(JSON.stringify(items)).not.toContain('PRIVATE KEY');
    expect(await program.done('GET', `/google/connections/${name()}`)).toMatchObject({ id: world.connection.id });
    const paused = await program.done('POST', `/google/connections/${name()}/pause`, {});
    expect(paused).toMatchObject({ state: 'paused', nextRunAt: null });
    const refused = await program.request('POST', `/google/connections/${name()}/runs`, { kind: 'sync' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'google.connection-stopped' } });
    expect(await program.done('POST', `/google/connections/${name()}/resume`, {})).toMatchObject({ state: 'active' });
    const unknown = await program.request('GET', '/google/connections/nobody');
    expect(unknown).toMatchObject({ status: 404, body: { code: 'google.connection-not-found' } });
  });

  it('needs the scopes google:read and google:write', async () => {
    const reader = await api.program(['google:read']);
    const stranger = await api.program(['connections:write', 'directory:write']);
    expect((await reader.request('GET', '/google/connections')).status).toBe(200);
    expect((await stranger.request('GET', '/google/connections')).status).toBe(403);
    const path = `/google/connections/${name()}/runs`;
    expect((await reader.request('POST', path, { kind: 'sync' })).status).toBe(403);
    expect((await reader.request('GET', path)).body).toEqual({ items: [], next: null });
  });

  it('starts runs, once for each idempotency key, and shows them with what they change', async () => {
    const key = { 'Idempotency-Key': 'first' };
    const path = `/google/connections/${name()}/runs`;
    const asked = await program.done('POST', path, { kind: 'plan' }, key);
    await jobs.until(asked);
    expect((await program.done('POST', path, { kind: 'plan' }, key)).id).toBe(asked.id);
    const plan = await program.done('GET', `/google/runs/${asked.id}`);
    expect(plan).toMatchObject({ kind: 'plan', state: 'completed', startedBy: 'operator' });
    const sync = await ended('sync');
    expect(sync).toMatchObject({ kind: 'sync', state: 'completed', summary: { counts: plan.summary.counts } });

    const first = await program.done('GET', `/google/runs/${sync.id}/items?kind=user&limit=20`);
    const rest = await program.done('GET', `/google/runs/${sync.id}/items?kind=user&limit=20&cursor=${first.next}`);
    expect([first.items.length, rest.items.length, rest.next]).toEqual([20, 11, null]);
    expect(first.items[0]).toMatchObject({ action: 'create', state: 'applied', objectId: expect.any(String) });
    const page = await program.done('GET', `${path}?limit=1`);
    expect(page.items).toMatchObject([{ id: sync.id }]);
    expect((await program.done('GET', `${path}?limit=1&cursor=${page.next}`)).items).toMatchObject([{ id: plan.id }]);
  });

  it('tells a run as it goes on until it is over, to so many clients at once, and ends with the client', async () => {
    world.emulator.settings.latency = 400;
    const asked = await program.done('POST', `/google/connections/${name()}/runs`, { kind: 'sync' });
    const here = new AbortController();
    const leaving = new AbortController();
    const one = events(asked.id, here.signal);
    const two = events(asked.id, leaving.signal);
    const [{ value: first }] = await Promise.all([one.next(), two.next()]);
    const third = await program.request('GET', `/google/runs/${asked.id}/events`);
    expect(third).toMatchObject({ status: 503, body: { code: 'limit.event-streams' } });
    leaving.abort();
    await expect(two.next()).rejects.toMatchObject({ name: 'AbortError' });

    const states = [first?.state ?? ''];
    for await (const { state } of one) states.push(state);
    expect(states).toContain('walking');
    expect(states.at(-1)).toBe('completed');
    world.emulator.settings.latency = 0;
    // The place of whoever left is free again.
    const again: string[] = [];
    for await (const { state } of events(asked.id, here.signal)) again.push(state);
    expect(again).toEqual(['completed']);
    const unknown = await program.request('GET', `/google/runs/${world.connection.id}/events`);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'google.run-not-found' } });
  });

  it('approves exactly what waits, rejects and cancels', async () => {
    const { items } = world.emulator.directory.users;
    const suspended = [...items].filter((user) => !user.suspended && user.primaryEmail !== world.emulator.adminEmail);
    for (const { id } of suspended.slice(0, 2)) world.emulator.users.suspend(id);
    const waiting = await ended('sync');
    expect(waiting.state).toBe('awaiting-approval');
    expect(await program.done('GET', `/google/connections/${name()}`)).toMatchObject({ waitingRunId: waiting.id });
    const path = `/google/runs/${waiting.id}`;
    const wrong = await program.request('POST', `${path}/approve`, { planHash: 'another' });
    expect(wrong).toMatchObject({ status: 409, body: { code: 'google.other-plan' } });
    await program.done('POST', `${path}/approve`, { planHash: waiting.planHash });
    expect(await jobs.until(waiting)).toMatchObject({
      state: 'completed',
      decidedBy: `api token ${program.tokenId}`,
    });
    const twice = await program.request('POST', `${path}/approve`, { planHash: waiting.planHash });
    expect(twice).toMatchObject({ status: 409, body: { code: 'google.run-not-waiting' } });
    const over = await program.request('POST', `${path}/cancel`, {});
    expect(over).toMatchObject({ status: 409, body: { code: 'google.run-over' } });

    for (const { id } of suspended.slice(2, 4)) world.emulator.users.suspend(id);
    const another = await ended('sync');
    expect(await program.done('POST', `/google/runs/${another.id}/reject`, {})).toMatchObject({ state: 'rejected' });
    await jobs.close();
    const asked = await program.done('POST', `/google/connections/${name()}/runs`, { kind: 'plan' });
    expect(await program.done('POST', `/google/runs/${asked.id}/cancel`, {})).toMatchObject({ state: 'cancelled' });
    await jobs.startProcess();
  });

  it('lists conflicts and decides about them', async () => {
    await api.server.request('POST', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'zoe@example.com',
    });
    const { id: googleId } = world.emulator.users.add({ primaryEmail: 'zoe@example.com' });
    await ended('plan');
    const path = `/google/connections/${name()}/conflicts`;
    const { items } = await program.done('GET', `${path}?open=true`);
    expect(items).toMatchObject([{ googleId, name: 'zoe@example.com', reason: 'other-owner', choice: null }]);
    const taken = await program.request('POST', `${path}/${googleId}/resolve`, {
      choice: 'rename',
      name: 'zoe@example.com',
    });
    expect(taken).toMatchObject({ status: 409, body: { code: 'user.user-name-taken' } });
    await program.done('POST', `${path}/zoe%40example.com/resolve`, {
      choice: 'link',
      objectId: items[0].candidates[0].id,
    });
    expect((await program.done('GET', `${path}?open=true`)).items).toEqual([]);
    expect((await program.done('GET', path)).items).toMatchObject([
      { choice: 'link', decidedBy: expect.stringContaining('api token') },
    ]);
  });
});
