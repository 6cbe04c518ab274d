export { googleRefreshEntities } from './entities.js';
export type { Hint, HintKind } from './hint.js';
export { noteHints, settleHints, takeHints } from './hint-store.js';
export { walkHinted } from './walk-hinted.js';
