import type { Administration } from '../administration/index.js';

/** What the API works with, but for the site and who it is. */
export type ApiServices = Omit<Administration, 'site' | 'actor'>;
