export { type Change, createChange, type Request } from './change.js';
export { eraseExpiredGroupsEverywhere, eraseExpiredUsersEverywhere, eraseUserEverywhere } from './erasures.js';
export type { CommandSource } from './perform.js';
export type { CommandOutcome } from './run-batch.js';
export type { AccessEffect, AccessOutlook, Outlook, PoolOutlook } from './simulate.js';
