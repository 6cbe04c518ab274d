import { randomUUID } from 'node:crypto';
import { noteStaleness } from '../connections/index.js';
import { actorOf, type RunServices } from './execution.js';
import { readStandings, type Standing } from './standing.js';

/**
 * Says once in the log that a connection is stale (too many runs in a row failed, or the data is too old) and once that
 * it is well again. One that is paused or needs attention has an entry that says so already. Not for several processes
 * at once: each would say it.
 * @returns those of which something was said
 */
export async function watchStaleness({
  database,
  change,
  config,
}: Pick<RunServices, 'database' | 'change' | 'config'>): Promise<Standing[]> {
  const standings = await readStandings(database, config.google, { everywhere: 'all' });
  const differing = standings.filter(
    ({ state, isStale, staleSince }) => state === 'active' && isStale !== (staleSince !== null),
  );
  for (const standing of differing) {
    const { connectionId: id, siteId, name, isStale, failures, ageSeconds, last } = standing;
    const actor = actorOf({ siteId, id, name }, randomUUID());
    const staleness = isStale ? { failures, ageSeconds, error: last?.error ?? null } : null;
    const request = {
      action: isStale ? 'google.stale' : 'google.fresh',
      objectType: 'Connection',
      objectId: id,
    } as const;
    await change.run(actor, request, () => noteStaleness(actor, id, staleness));
  }
  return differing;
}
