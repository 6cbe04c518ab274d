export type { LimitedKind, Removals } from './limits.js';
export { makePlan, type Plan, type PlanCount } from './make-plan.js';
export { absentObjects } from './plan-absent.js';
export { stillAbsentMembers } from './plan-members.js';
export { ENTERPRISE, ofRun, PHASES, type Planning, type PlanSettings } from './planning.js';
