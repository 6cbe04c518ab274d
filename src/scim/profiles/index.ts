export { createProfiles, PROFILE_NAMES, type Profiles } from './create-profiles.js';
export type { AnswerRules, FilterRules, ParseRules, PatchRules, Profile, ValueLimits, ValueRules } from './rules.js';
