import type { Register } from './session.js';

/** `rollcall serve` */
export const serveCommand: Register = (command, session) => {
  command.action(async () => {
    const { loadConfig } = await import('../config/index.js');
    await session.composition.serve(loadConfig());
  });
};
