import {
  executeRun,
  findWaitingRuns,
  isOver,
  type Run,
  type RunKey,
  type RunServices,
  readRun,
} from '../google/index.js';
import { createProgress } from './google-progress.js';
import type { Output } from './output.js';

/** A server that runs has taken a run by then; else nobody is there to do it but this process. */
const TAKEN_BY_SERVER_MILLISECONDS = 2000;

const LOOK_MILLISECONDS = 250;

/**
 * Waits until a run is over, and shows how far it is. Where no server takes it up, this process does, after what has to
 * come before it. Ctrl-C lets go of it: whoever looks next goes on with it.
 * @returns the run as it is then, or as it was when it was let go
 */
export async function followRun(services: RunServices, key: RunKey, output: Output): Promise<Run> {
  const { database } = services;
  const progress = createProgress(output);
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once('SIGINT', leave);
  let executing: Promise<unknown> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const asked = Date.now();
  try {
    for (;;) {
      const run = await readRun(database, key.siteId, key.id);
      progress.show(run, new Date());
      if (isOver(run.state) || (leaving.signal.aborted && executing === undefined)) return run;
      if (failure !== undefined) throw failure.error;
      if (executing === undefined && Date.now() - asked >= TAKEN_BY_SERVER_MILLISECONDS) {
        const [next] = await findWaitingRuns(database, key.connectionId);
        if (next !== undefined) {
          executing = executeRun(services, next, leaving.signal)
            .catch((error: unknown) => {
              failure = { error };
            })
            .finally(() => {
              executing = undefined;
            });
        }
      }
      const pause = new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
      await (executing === undefined ? pause : Promise.race([pause, executing]));
    }
  } finally {
    process.off('SIGINT', leave);
    progress.end();
    leaving.abort();
    await executing;
  }
}
