export type { Composition } from './composition.js';
export { runCli } from './run-cli.js';
