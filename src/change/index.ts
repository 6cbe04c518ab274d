export { type Change, type CommandSource, createChange, type Request } from './change.js';
