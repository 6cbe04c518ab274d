import type { Change } from '../../change/index.js';
import type { Config } from '../../config/index.js';
import type { Database } from '../../database/index.js';
import type { Actor } from '../../directory/index.js';
import type { Secrets } from '../../secrets/index.js';
import type { Usage } from '../client/index.js';
import type { GoogleConnection } from '../connections/index.js';
import type { Mapping } from '../mapping/index.js';
import type { Documents, Stage } from '../walk/index.js';
import type { Pulse } from './pulse.js';
import type { Run } from './run.js';

export interface RunServices {
  readonly config: Pick<Config, 'google' | 'licensing'>;
  readonly database: Database;
  readonly change: Change;
  readonly secrets: Secrets;
  readonly documents: Documents;
  readonly logger: { warn(details: object, message: string): void };
  /** Hears what a run has asked of Google, once it has read what it wants or cannot. */
  readonly onRequests?: (usage: Usage) => void;
}

/** A run with what its phases need. */
export interface Execution {
  readonly services: RunServices;
  readonly run: Run;
  readonly connection: GoogleConnection;
  readonly mapping: Mapping;
  readonly stage: Stage;
  readonly pulse: Pulse;
  readonly actor: Actor;
}

export function actorOf({ siteId, id, name }: Pick<GoogleConnection, 'siteId' | 'id' | 'name'>, runId: string): Actor {
  return { siteId, source: 'google', connection: { id, name, adopt: true }, correlationId: runId };
}
