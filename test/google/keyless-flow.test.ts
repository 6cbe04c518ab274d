import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startGoogleEmulator } from '../support/google-emulator/index.ts';
import { createGoogleStage, type GoogleStage } from '../support/google-stage.js';
import { type ScimServer, startScimServer } from '../support/scim-server.js';

let server: ScimServer;
let emulator: Emulator;
let stage: GoogleStage;
let folder: string;

beforeAll(async () => {
  server = await startScimServer();
  emulator = await startGoogleEmulator({ seed: { users: 20 } });
  folder = await mkdtemp(join(tmpdir(), 'rollcall-keyless-'));
  const keyless: Record<string, string> = {};
  for (const [name, options] of [
    ['delegated', {}],
    ['role', { adminRole: true }],
  ] as const) {
    keyless[name] = join(folder, `${name}.json`);
    const { credentials, subjectToken } = emulator.keylessFor(options);
    // Each workload proves itself with a file of its own.
    const proof = join(folder, `${name}.proof`);
    await writeFile(proof, subjectToken);
    await writeFile(keyless[name], JSON.stringify({ ...credentials, credential_source: { file: proof } }));
  }
  const address = { url: emulator.origin, host: new URL(emulator.origin).host };
  stage = createGoogleStage(server, address, { keyless, retries: 0 });
});
afterAll(async () => {
  await emulator.close();
  await server.close();
  await rm(folder, { recursive: true });
});

describe('B53, B54: without a key on disk', () => {
  it.each([
    ['delegated', { subject: 'admin@example.com' }],
    ['role', { subject: null }],
  ] as const)('%s: a workload is exchanged, has its claims signed, and reads the users', async (name, wanted) => {
    const customer = wanted.subject === null ? { customer: emulator.customerId } : {};
    const client = await stage.open(await stage.connect({ keyless: name }, { name, ...wanted, ...customer }));
    emulator.clearRequests();
    const page = await client.listUsers({ pageToken: undefined, signal: new AbortController().signal });
    expect(page.items).toHaveLength(21);
    expect(emulator.requests.map(({ api, status }) => `${api} ${status}`)).toEqual([
      'sts 200',
      'signJwt 200',
      'token 200',
      'users.list 200',
    ]);
    expect(emulator.requests.at(-1)?.subject ?? null).toBe(wanted.subject);
  });
});
