import type { Database } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import { cancelled } from '../client/index.js';
import type { RunProgress } from './run.js';
import { BEAT_MILLISECONDS, beat, type RunKey } from './run-store.js';

/** The heartbeat of a run: it tells how far the run is, and hears when it shall stop. */
export interface Pulse {
  readonly signal: AbortSignal;
  note(progress: RunProgress): void;
  /** Writes down the last state of things. */
  stop(): Promise<void>;
}

/** @param outer ends the run as well: the process is stopping */
export function startPulse(database: Database, key: RunKey, outer: AbortSignal): Pulse {
  const controller = new AbortController();
  let progress: RunProgress = {};
  let beating: Promise<void> | undefined;
  const once = async () => {
    try {
      if (await beat(database, key, progress)) controller.abort(cancelled());
    } catch (error) {
      // A database that is away ends the run by its own statements, or is there again before the next beat.
      if (!(error instanceof RollcallError && error.kind === 'unavailable')) controller.abort(error);
    }
  };
  const timer = setInterval(() => {
    beating ??= once().finally(() => {
      beating = undefined;
    });
  }, BEAT_MILLISECONDS);
  return {
    signal: AbortSignal.any([controller.signal, outer]),
    note(more) {
      progress = { ...progress, ...more };
    },
    async stop() {
      clearInterval(timer);
      await beating;
      await once();
    },
  };
}
