import type { PatchRules } from '../profiles/index.js';
import type { ResourceType } from '../schema/index.js';
import type { PatchLimits } from './operation.js';

/** What every step of parsing a request needs to know. */
export interface ParseContext {
  readonly type: ResourceType;
  readonly rules: PatchRules;
  readonly limits: PatchLimits;
}
