import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSecrets, loadSecretKey } from '../../../src/secrets/index.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollcall-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the secret key', () => {
  it('is the setting when there is one, and no file is made', async () => {
    const key = Buffer.alloc(32, 7);
    expect(await loadSecretKey(key.toString('base64'), folder)).toEqual(key);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is made once, readable by nobody else, also by processes that start at once', async () => {
    const dataDir = join(folder, 'data');
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadSecretKey(undefined, dataDir)));
    expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
    expect(readdirSync(dataDir)).toEqual(['secret.key']);
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
    expect(Buffer.from(readFileSync(join(dataDir, 'secret.key'), 'utf8'), 'base64')).toEqual(keys[0]);
  });

  it('that is none stops the start with a line that says how to make one', async () => {
    const invalid = { code: 'secrets.invalid', message: expect.stringMatching(/openssl rand/) };
    await expect(loadSecretKey('short', folder)).rejects.toMatchObject(invalid);
    writeFileSync(join(folder, 'secret.key'), 'not a key');
    await expect(loadSecretKey(undefined, folder)).rejects.toMatchObject(invalid);
  });

  it('that cannot be kept stops the start with a line that says what to do', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    await expect(loadSecretKey(undefined, file)).rejects.toMatchObject({
      code: 'secrets.unreadable',
      message: expect.stringMatching(/set SECRET_KEY/),
    });
  });
});

it('derives keys that are the same for a purpose and differ between purposes and servers', () => {
  const secrets = createSecrets(Buffer.alloc(32, 1));
  expect(secrets.key('cursor')).toHaveLength(32);
  expect(secrets.key('cursor')).toEqual(createSecrets(Buffer.alloc(32, 1)).key('cursor'));
  expect(secrets.key('cursor')).not.toEqual(secrets.key('access-token'));
  expect(secrets.key('cursor')).not.toEqual(createSecrets(Buffer.alloc(32, 2)).key('cursor'));
});
