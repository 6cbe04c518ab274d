export { createProfiles, PROFILE_NAMES, type Profiles } from './create-profiles.js';
export { observeRequest, type SeenRequest } from './observe-request.js';
export type { AnswerRules, FilterRules, ParseRules, PatchRules, Profile, ValueLimits, ValueRules } from './rules.js';
export { type SeenTrait, type Suggestion, suggestProfile } from './suggest-profile.js';
