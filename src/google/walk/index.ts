export { appliedHashes } from './applied-hashes.js';
export { createStage, type Stage } from './stage.js';
export type { Documents } from './staged-user.js';
export { type WalkCounts, type WalkOutcome, walk } from './walk.js';
