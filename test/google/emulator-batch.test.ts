import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';

const MINUTE = 60_000;

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startGoogleEmulator();
});
afterAll(() => emulator.close());
beforeEach(() => {
  emulator.settings.quotaPerMinute = undefined;
  emulator.clearRequests();
});

describe('a batch', () => {
  const batch = async (calls: readonly string[], path = '/batch', headers: Record<string, string> = {}) => {
    const parts = calls.map(
      (call, index) =>
        `--edge\r\nContent-Type: application/http\r\nContent-ID: <item${index + 1}@batch>\r\n\r\n${call}\r\n\r\n`,
    );
    const response = await fetch(emulator.origin + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${emulator.accessToken()}`,
        'content-type': 'multipart/mixed; boundary=edge',
        ...headers,
      },
      body: `${parts.join('')}--edge--`,
    });
    const text = await response.text();
    const edge = /boundary=(.+)$/.exec(response.headers.get('content-type') ?? '')?.[1] ?? 'none';
    const answers = text
      .split(`--${edge}`)
      .slice(1, -1)
      .map((part) => ({
        id: /Content-ID: <(.+)>/.exec(part)?.[1],
        status: Number(/HTTP\/1\.1 (\d+)/.exec(part)?.[1]),
        body: JSON.parse(part.slice(part.indexOf('{'))),
      }));
    return { status: response.status, answers };
  };
  const call = (key: string) => `GET /admin/directory/v1/users/${key}?fields=id`;

  it('answers each call by itself, at every address that clients use', async () => {
    const { id } = emulator.directory.requireUser(emulator.adminEmail);
    for (const path of ['/batch', '/batch/admin/directory/v1', '/batch/admin/directory_v1']) {
      const { status, answers } = await batch([call(id), call('nobody@example.com')], path);
      expect(status).toBe(200);
      expect(answers).toMatchObject([
        { id: 'response-item1@batch', status: 200, body: { id } },
        { id: 'response-item2@batch', status: 404, body: { error: { code: 404 } } },
      ]);
    }
    expect(emulator.requests.filter(({ batch: inside }) => inside)).toHaveLength(6);
  });

  it('counts each call, and refuses those above the quota inside', async () => {
    emulator.settings.quotaPerMinute = 3;
    emulator.clock.advance(5 * MINUTE);
    const { answers } = await batch(Array.from({ length: 5 }, () => call(emulator.adminEmail)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 403, 403]);
    expect(emulator.peakRate()).toBe(5);
  });

  it('lets a call have a token of its own', async () => {
    const { answers } = await batch([`${call(emulator.adminEmail)}\r\nAuthorization: Bearer none`]);
    expect(answers[0]?.status).toBe(401);
  });

  it('holds 1,000 calls at most', async () => {
    expect((await batch(Array.from({ length: 1_001 }, () => call('x')))).status).toBe(400);
    expect((await batch([], '/batch', { 'content-type': 'text/plain' })).status).toBe(400);
  });
});
