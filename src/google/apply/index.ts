export { applyPlan } from './apply-plan.js';
export { type Applying, countPlanned, type ItemState } from './plan-item.js';
