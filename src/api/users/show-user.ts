import type { z } from 'zod';
import { type Administration, readShownUser } from '../../administration/index.js';
import type { DirectoryDocuments } from '../../directory/index.js';
import type { PageLimits } from '../paging.js';
import type { Sendable } from '../route.js';
import type { shownUser } from './user-schemas.js';

export interface UserRouteDependencies {
  readonly documents: DirectoryDocuments;
  readonly limits: PageLimits;
}

export type ShowUser = (
  administration: Administration,
  idOrUserName: string,
) => Promise<Sendable<z.input<typeof shownUser>>>;

/** What every answer about one user is. */
export function createShowUser(documents: DirectoryDocuments): ShowUser {
  return async (administration, idOrUserName) => {
    const user = await readShownUser(administration, idOrUserName);
    return { ...user, attributes: documents.shownUser(user.attributes) };
  };
}
