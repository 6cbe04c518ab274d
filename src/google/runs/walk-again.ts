import { type GoogleClient, googleErrorClass } from '../client/index.js';
import { appliedHashes, walk } from '../walk/index.js';
import type { Execution } from './execution.js';

/** Google ends a walk after 60 minutes with 503 whatever is asked; ours are over or begun anew well before that. */
const LONGEST_WALK_MILLISECONDS = 50 * 60_000;
const WALKS = 2;

/** Reads everything; a walk that broke off for a passing reason begins anew, from the first page, once. */
export async function walkAgain(execution: Execution, client: GoogleClient): Promise<void> {
  const { run, stage, connection, mapping, pulse, services } = execution;
  for (let tried = 1; ; tried++) {
    await stage.clear();
    const applied = await appliedHashes(services.database, run.siteId, run.connectionId);
    const signal = AbortSignal.any([pulse.signal, AbortSignal.timeout(LONGEST_WALK_MILLISECONDS)]);
    const { selection } = connection.settings;
    const { documents } = services;
    const onProgress = (counts: object) => {
      const { requests, retries, bytes, waitedMilliseconds } = client.usage();
      pulse.note({ ...counts, requests, retries, bytes, waitedMilliseconds });
    };
    try {
      await walk({ client, stage, selection, mapping, documents, applied, signal, onProgress });
      return;
    } catch (error) {
      pulse.signal.throwIfAborted();
      const passes = googleErrorClass(error) === 'transient' || signal.aborted;
      if (!passes || tried === WALKS) throw error;
    }
  }
}
