import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** The door of src/database as JavaScript, for what runs outside jest's modules: set-up, other processes. */
export const COMPILED_DATABASE = join(ROOT, 'node_modules/.cache/rollcall-database/database/index.js');

/** Half a second with this compiler; done by the global set-up. */
export function compileDatabase(): void {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', join(import.meta.dirname, 'database.tsconfig.json')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
