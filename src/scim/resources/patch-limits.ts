import type { PatchLimits } from '../patch/index.js';
import type { ScimLimits } from '../request.js';

/** The limits of the settings that a PATCH is held to. */
export function patchLimits(limits: ScimLimits): PatchLimits {
  return {
    operations: limits.patchOperations,
    members: limits.membersPerRequest,
    filter: { length: limits.filterLength, depth: limits.filterDepth, terms: limits.filterTerms },
  };
}
