export { PROFILE_NAMES, profileNamed } from './profiles.js';
export type {
  AnswerRules,
  FilterRules,
  ParseRules,
  PatchRules,
  Profile,
  ValueLimits,
  ValueRules,
} from './rules.js';
