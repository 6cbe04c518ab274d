import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { types } from 'node:util';
import { RollcallError } from '../errors/index.js';

const KEY_BYTES = 32;
const FILE = 'secret.key';
const FORMER_FILE = 'secret.key.former';

/**
 * The key that all others come from: the setting, or `DATA_DIR/secret.key`, which the first start makes. Processes
 * that start at once agree on one file.
 * @param setting 32 bytes in base64, as `openssl rand -base64 32` prints them
 * @throws RollcallError `secrets.unreadable`, `secrets.invalid`, both misconfigured
 */
export async function loadSecretKey(setting: string | undefined, dataDir: string): Promise<Buffer> {
  if (setting !== undefined) return parseKey(setting, 'SECRET_KEY');
  const path = join(dataDir, FILE);
  return inDataDir(async () => parseKey((await readKey(path)) ?? (await makeKey(path, dataDir)), path));
}

/**
 * The key before, while what is sealed with it is sealed anew: the setting, or the file that `makeNewKey` left.
 * @param settings `key` and `formerKey` as the settings have them
 * @throws RollcallError `secrets.unreadable`, `secrets.invalid`, both misconfigured
 */
export async function loadFormerKey(settings: KeySettings, dataDir: string): Promise<Buffer | undefined> {
  if (settings.formerKey !== undefined) return parseKey(settings.formerKey, 'SECRET_KEY_FORMER');
  if (settings.key !== undefined) return undefined;
  const path = join(dataDir, FORMER_FILE);
  return inDataDir(async () => {
    const text = await readKey(path);
    return text === undefined ? undefined : parseKey(text, path);
  });
}

/** Where keys come from; config/default.yaml says what each setting means. */
export interface KeySettings {
  readonly key?: string | undefined;
  readonly formerKey?: string | undefined;
}

/**
 * Puts a new key into `DATA_DIR/secret.key` and keeps the one there was beside it. Said again, or after it was
 * interrupted anywhere, it goes on from where it was.
 * @returns whether there is another key than before
 */
export async function makeNewKey(dataDir: string): Promise<boolean> {
  const [path, formerPath] = [join(dataDir, FILE), join(dataDir, FORMER_FILE)];
  return inDataDir(async () => {
    await loadSecretKey(undefined, dataDir);
    // The old one is safe under its second name before the first name means another.
    await link(path, formerPath).catch((error: unknown) => {
      if (!isCode(error, 'EEXIST')) throw error;
    });
    if ((await readKey(path)) !== (await readKey(formerPath))) return false;
    const draft = await writeDraft(path);
    await rename(draft, path);
    return true;
  });
}

/** Forgets the key before, once nothing is sealed with it. */
export async function forgetFormerKey(dataDir: string): Promise<void> {
  await inDataDir(() => rm(join(dataDir, FORMER_FILE), { force: true }));
}

async function inDataDir<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
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
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Written whole under another name first: nobody reads a part, and who is second finds the first one's. */
async function makeKey(path: string, dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const draft = await writeDraft(path);
  try {
    await link(draft, path);
    return await readFile(draft, 'utf8');
  } catch (error) {
    const other = await readKey(path);
    if (other === undefined) throw error;
    return other;
  } finally {
    await rm(draft);
  }
}

async function writeDraft(path: string): Promise<string> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(KEY_BYTES).toString('base64')}\n`, { mode: 0o600 });
  return draft;
}

function isCode(error: unknown, code: string): boolean {
  // Not instanceof Error: in jest the errors of Node itself come from another realm.
  return types.isNativeError(error) && 'code' in error && error.code === code;
}

function parseKey(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text.trim()) && key.length === KEY_BYTES) return key;
  const message = `${where} must hold 32 bytes in base64: openssl rand -base64 32 prints such a key.`;
  throw new RollcallError('misconfigured', 'secrets.invalid', message);
}
