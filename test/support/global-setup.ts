import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as DatabaseDoor from '../../src/database/index.js';
import { COMPILED_DATABASE, compileDatabase } from './compiled-database.ts';
import { SERVER_URL, TEMPLATE } from './server-url.ts';
import { ensureTemplate } from './template.ts';
import { testServer } from './test-server.ts';

/** One server for the whole run: DATABASE_URL if there is one, else an embedded one that forgets on a crash. */
export default async function globalSetup(): Promise<void> {
  // Jest runs this file outside its module mapping: './name.js' of the sources would not be found.
  compileDatabase();
  const database: typeof DatabaseDoor = await import(COMPILED_DATABASE);
  let url = process.env.DATABASE_URL;
  if (url === undefined) {
    const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
    // as root the server runs as another account, which has to get in
    await chmod(dataDir, 0o755);
    const embedded = await database.startEmbedded({ dataDir, log: () => undefined, durable: false });
    testServer.set({ dataDir, embedded });
    url = embedded.url;
  }
  process.env[SERVER_URL] = url;
  process.env[TEMPLATE] = await ensureTemplate(url, database);
}
