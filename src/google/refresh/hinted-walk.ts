import type { Workspace } from '../connections/index.js';
import type { Walk, WalkCounts } from '../walk/index.js';
import type { StagedRun } from './neighbours.js';

/** What a walk over single objects needs. */
export interface HintedWalk
  extends Pick<Walk, 'client' | 'stage' | 'selection' | 'mapping' | 'documents' | 'signal'>,
    StagedRun {
  readonly workspace: Pick<Workspace, 'customer' | 'domain'>;
  readonly count: (name: keyof WalkCounts, more: number) => void;
}
