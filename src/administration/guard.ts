import type { LockingCommand } from '../directory/index.js';

/** Makes a command refuse to run unless what it changes is as whoever asks for it has seen it. */
export type Guard = <Result>(command: LockingCommand<Result>) => LockingCommand<Result>;

/** For who asks for a change whatever is there. */
export const unguarded: Guard = (command) => command;
