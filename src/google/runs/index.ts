export { approveRun, expireApprovals, rejectRun } from './decide-run.js';
export { googleRunEntities } from './entities.js';
export { executeRun } from './execute-run.js';
export type { RunServices } from './execution.js';
export type { Run, RunKind, RunProgress, RunState, RunSummary, StartedBy } from './run.js';
export { isAtWork, listRuns, type RunKey, readRun, requestCancel, requestRun } from './run-store.js';
