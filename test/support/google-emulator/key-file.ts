import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PROJECT } from './auth/service-accounts.ts';
import { isObject, type JsonObject } from './state/json.ts';

/**
 * The private key in a file that the emulator wrote before, so that connections made then go on; undefined where there
 * is no such file. @throws Error where the file is something else, which must not be lost
 */
export function keptPrivateKey(path: string): string | undefined {
  const key = requireOurs(path)?.private_key;
  return typeof key === 'string' ? key : undefined;
}

/** What the emulator wrote there before. @throws Error where the file is something else, which must not be lost */
export function requireOurs(path: string): JsonObject | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    // What cannot be read because of its permissions cannot be written either, and is told then.
    return undefined;
  }
  const content = parsed(text);
  if (isObject(content) && text.includes(PROJECT)) return content;
  throw new Error(`${path} was not written by this emulator and is left as it is: name another file`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes a file that only who runs the emulator can read, since it holds a key. */
export function writePrivately(path: string, content: object): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
}
