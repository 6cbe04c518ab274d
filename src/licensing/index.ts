export {
  type AccessBefore,
  type AccessElement,
  type AccessView,
  accessBefore,
  accessOfUsers,
  accessText,
  type GrantEdit,
  userGrants,
} from './access.js';
export { accessVersion, accessVersionOf } from './access-version.js';
export { type ApplicationChange, changeApplication, removeApplication } from './applications/change-application.js';
export type { LicencePolicy, Period } from './applications/check-licence.js';
export { createApplication, type NewApplication, type NewRole } from './applications/create-application.js';
export { addDefaultGroup, removeDefaultGroup } from './applications/default-groups.js';
export { defaultGroupsOf, requireDefaultGroups } from './applications/default-groups-of.js';
export { changeOver, type DueApplication, dueApplications } from './applications/licence-periods.js';
export {
  addLicence,
  changeLicence,
  type LicenceChange,
  type NewLicence,
  removeLicence,
} from './applications/licences.js';
export {
  type Application,
  type DefaultGroup,
  findApplication,
  type Licence,
  listApplications,
  type Role,
} from './applications/list-applications.js';
export { addRole, changeRole, type RoleChange, removeRole } from './applications/roles.js';
export { licensingEntities } from './entities.js';
export { type ExplainedPath, type Explanation, explain, type PathEffect, type Verdict } from './explain/explain.js';
export { forecastSeats, type PlannedChanges, type SeatForecast } from './explain/forecast.js';
export {
  type PersonStanding,
  type PoolUse,
  readPoolUse,
  readStandings,
  type Standing,
} from './explain/outlook.js';
export { type Difference, verifyLicensing } from './explain/verify.js';
export { addGrant, type Grant, type GrantHolder, type GrantPosition, listGrants, removeGrant } from './grants.js';
export { historyEntities } from './history/entities.js';
export {
  type DayRange,
  type LicenceDay,
  readLicenceDays,
  readTrueUp,
  type TrueUp,
} from './history/read-days.js';
export { forgetLicenceDays, recordLicenceDays } from './history/record-days.js';
export {
  applicationKeys,
  isLicenceValue,
  type Published,
  publishedLicences,
  publishedRoles,
} from './published.js';
export {
  readEntitlements,
  readWaitingPlaces,
  type UserEntitlement,
  type UserWaitingPlace,
} from './read-entitlements.js';
export { type CreatedReclaim, createReclaim, type NewReclaim } from './reclaim/create-reclaim.js';
export { applyReclaim, discardReclaim } from './reclaim/decide-reclaim.js';
export {
  listReclaims,
  type ReclaimBatch,
  type ReclaimItem,
  type ReclaimOutcome,
  type ReclaimSummary,
  readReclaim,
} from './reclaim/reclaim-batch.js';
export type { Obstacle, ReviewedSeat } from './reclaim/reviewed-seats.js';
export { givingAmong } from './settlement/giving-among.js';
export { OutOfSeats } from './settlement/out-of-seats.js';
export { DEFAULT_SEAT_RULES, type SeatRules } from './settlement/pools.js';
export { type AccessChange, type AccessReason, type Affected, type Settlement, settle } from './settlement/settle.js';
export type { LicenceWarning } from './settlement/warnings.js';
export {
  type AccessAnswer,
  type AnsweredReason,
  type AnsweredRole,
  answerAccess,
  type RoleStanding,
} from './usage/access-answer.js';
export { usageEntities } from './usage/entities.js';
export { type ActivityReport, type ActivityRules, reportActivity } from './usage/report-activity.js';
export { listUnusedSeats, type SeatPosition, seatPosition, type UnusedSeat } from './usage/unused-seats.js';
export { changeUserType } from './users/change-user-type.js';
export { forgetGroups, forgetUsers } from './users/forget.js';
