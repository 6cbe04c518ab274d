import type { EmbeddedDatabase } from '../../src/database/index.js';

interface TestServer {
  readonly dataDir: string;
  readonly embedded: EmbeddedDatabase;
}

const KEY = Symbol.for('rollcall.test-server');

/** Jest loads set-up and teardown as separate modules of one process: what they share hangs on globalThis. */
export const testServer = {
  get: (): TestServer | undefined => (globalThis as { [KEY]?: TestServer })[KEY],
  set: (server: TestServer): void => {
    Object.assign(globalThis, { [KEY]: server });
  },
};
