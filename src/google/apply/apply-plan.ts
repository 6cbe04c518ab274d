import { analyzeGrown } from '../../database/index.js';
import type { Actor } from '../../directory/index.js';
import type { GoogleSettings } from '../connections/index.js';
import { PHASES } from '../plan/index.js';
import { applyGroups } from './apply-groups.js';
import { applyMembers } from './apply-members.js';
import { applyRemovals } from './apply-removals.js';
import { type ApplyDependencies, applyUsers } from './apply-users.js';
import type { Applying } from './plan-item.js';

/**
 * Makes the planned items of a run, phase by phase, in transactions of their own: whoever stops in between leaves a
 * directory that is right as far as it goes, and going on does the rest.
 * @param onApplied hears of every number of items that are done
 * @throws what `signal` was aborted with; RollcallError `unavailable`
 */
export async function applyPlan(
  dependencies: ApplyDependencies,
  actor: Actor,
  applying: Applying,
  { takes }: Pick<GoogleSettings, 'takes'>,
  signal: AbortSignal,
  onApplied: (items: number) => void,
): Promise<void> {
  for (const phase of Object.values(PHASES).sort((left, right) => left - right)) {
    for (const step of [
      () => applyUsers(dependencies, actor, applying, phase, takes),
      () => applyGroups(dependencies, actor, applying, phase),
      () => applyMembers(dependencies, actor, applying, phase),
      () => applyRemovals(dependencies, actor, applying, phase),
    ]) {
      for (let done = -1; done !== 0; ) {
        signal.throwIfAborted();
        done = await step();
        onApplied(done);
        // A first run fills tables that were empty when their statements were planned.
        if (done > 0) await analyzeGrown(dependencies.database);
      }
    }
  }
}
