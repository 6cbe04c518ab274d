import { fileURLToPath } from 'node:url';

/** The folder with package.json. src/config and dist/config lie equally deep in it. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../../', import.meta.url));
