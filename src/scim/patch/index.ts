export { applyPatch } from './apply-patch.js';
export { sameValue } from './json.js';
export type { MemberChange, PatchKind, PatchLimits, PatchOperation, PatchResult, PatchTarget } from './operation.js';
export { parsePatch } from './parse-patch.js';
