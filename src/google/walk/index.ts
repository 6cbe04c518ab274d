export { appliedHashes } from './applied-hashes.js';
export { readPages } from './read-pages.js';
export { selectedBy } from './select-groups.js';
export { createStage, type Stage } from './stage.js';
export { stagedGroup } from './staged-group.js';
export { type Documents, type StagedUser, stagedUser } from './staged-user.js';
export { type Walk, type WalkCounts, type WalkOutcome, walk } from './walk.js';
export { walkMembers } from './walk-members.js';
