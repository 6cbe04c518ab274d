export { type Config, loadConfig } from './load-config.js';
export { isProtectedUrl } from './protected-url.js';
