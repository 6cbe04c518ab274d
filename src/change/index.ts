export { type Change, type CommandSource, createChange, type Request } from './change.js';
export { eraseExpiredGroupsEverywhere, eraseExpiredUsersEverywhere, eraseUserEverywhere } from './erasures.js';
export type { CommandOutcome } from './run-batch.js';
export type { AccessEffect, AccessOutlook, Outlook, PoolOutlook } from './simulate.js';
