import type { Change } from '../change/index.js';
import type { Config } from '../config/index.js';
import type { Database } from '../database/index.js';
import type { Secrets } from '../secrets/index.js';

/** What a command works with. */
export interface Services {
  readonly config: Config;
  readonly database: Database;
  readonly change: Change;
  readonly secrets: Secrets;
  readonly logger: { warn(details: object, message: string): void };
  close(): Promise<void>;
}

/** What main.ts hands in: the features are wired in app.ts alone, which nothing else may import. */
export interface Composition {
  /** Opens the database, embedded or not, without changing its schema. */
  openServices(config: Config): Promise<Services>;
  /** Runs the server until it is told to stop. */
  serve(config: Config): Promise<void>;
}
