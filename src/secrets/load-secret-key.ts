import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import { RollcallError } from '../errors/index.js';

const KEY_BYTES = 32;
const FILE = 'secret.key';

/**
 * The key that all others come from: the setting, or `DATA_DIR/secret.key`, which the first start makes. Processes
 * that start at once agree on one file.
 * @param setting 32 bytes in base64, as `openssl rand -base64 32` prints them
 * @throws RollcallError `secrets.unreadable`, `secrets.invalid`, both misconfigured
 */
export async function loadSecretKey(setting: string | undefined, dataDir: string): Promise<Buffer> {
  if (setting !== undefined) return parseKey(setting, 'SECRET_KEY');
  const path = join(dataDir, FILE);
  try {
    return parseKey((await readKey(path)) ?? (await makeKey(path, dataDir)), path);
  } catch (error) {
    if (error instanceof RollcallError) throw error;
    const reason = types.isNativeError(error) ? error.message : String(error);
    const message = `The secret key cannot be kept in DATA_DIR (${reason}): make it writable, or set SECRET_KEY.`;
    throw new RollcallError('misconfigured', 'secrets.unreadable', message, {}, { cause: error });
  }
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // Not instanceof Error: in jest the errors of Node itself come from another realm.
    if (types.isNativeError(error) && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written whole under another name first: nobody reads a part, and who is second finds the first one's. */
async function makeKey(path: string, dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const key = `${randomBytes(KEY_BYTES).toString('base64')}\n`;
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, key, { mode: 0o600 });
  try {
    await link(draft, path);
    return key;
  } catch (error) {
    const other = await readKey(path);
    if (other === undefined) throw error;
    return other;
  } finally {
    await rm(draft);
  }
}

function parseKey(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text.trim()) && key.length === KEY_BYTES) return key;
  const message = `${where} must hold 32 bytes in base64: openssl rand -base64 32 prints such a key.`;
  throw new RollcallError('misconfigured', 'secrets.invalid', message);
}
