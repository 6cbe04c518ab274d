export { appendAll, appendStatements } from './append.js';
export { logEntities } from './entities.js';
export { erasePeople } from './erase-people.js';
export { type LogEntry, type LogFilter, listLog } from './list-log.js';
export type { NewLogEntry, Outcome, Step } from './log-entry.js';
export { ensureLogPartitions } from './log-partitions.js';
export { dropOldMonths } from './seals/drop-months.js';
export { sealLog } from './seals/seal-log.js';
export { type LogVerdict, type SealFault, verifyLog } from './seals/verify-log.js';
