export { type Conflict, type ConflictPosition, listConflicts } from './list-conflicts.js';
export { type ConflictChoice, resolveConflict } from './resolve-conflict.js';
