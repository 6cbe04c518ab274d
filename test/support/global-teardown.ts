import { rm } from 'node:fs/promises';
import { testServer } from './test-server.ts';

/** Stops the embedded server and forgets its data; a server of DATABASE_URL keeps its template. */
export default async function globalTeardown(): Promise<void> {
  const server = testServer.get();
  if (server === undefined) return;
  await server.embedded.stop();
  await rm(server.dataDir, { recursive: true, force: true });
}
