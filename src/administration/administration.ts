import type { Change } from '../change/index.js';
import type { Config } from '../config/index.js';
import type { Database } from '../database/index.js';
import type { Actor, Site } from '../directory/index.js';
import type { Secrets } from '../secrets/index.js';

/** What an administrator works with in a site, by whatever way they came. */
export interface Administration {
  readonly config: Config;
  readonly database: Database;
  readonly change: Change;
  readonly secrets: Secrets;
  readonly site: Pick<Site, 'id' | 'key'>;
  /** Who acts, for `change.run`. */
  readonly actor: Actor;
}
