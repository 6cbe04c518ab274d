export { type Change, createChange, type Request, type Split } from './change.js';
export { type Confirmation, ConfirmationNeeded } from './confirmation.js';
export { eraseExpiredGroupsEverywhere, eraseExpiredUsersEverywhere, eraseUserEverywhere } from './erasures.js';
export type { AccessEffect, AccessOutlook, Outlook, PoolOutlook } from './outlook.js';
export type { CommandSource } from './perform.js';
export { memberName } from './refused-seats.js';
export { countSealed, requireReadable, resealSecrets, type SealedCounts } from './reseal.js';
export type { CommandOutcome } from './run-batch.js';
export type { RefusedItem, SplitOutcome } from './run-split.js';
