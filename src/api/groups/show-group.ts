import type { z } from 'zod';
import { type Administration, connectionNames, requireGroup } from '../../administration/index.js';
import { type DirectoryDocuments, readGroup } from '../../directory/index.js';
import type { PageLimits } from '../paging.js';
import type { Sendable } from '../route.js';
import type { shownGroup } from './group-schemas.js';

export interface GroupRouteDependencies {
  readonly documents: DirectoryDocuments;
  readonly limits: PageLimits & { readonly membersPerRequest: number };
}

export type ShowGroup = (
  administration: Administration,
  idOrName: string,
) => Promise<Sendable<z.input<typeof shownGroup>>>;

/** What every answer about one group is. */
export function createShowGroup(documents: DirectoryDocuments): ShowGroup {
  return async (administration, idOrName) => {
    const { database, site } = administration;
    const { ownerConnectionId, ...group } = await requireGroup(administration, idOrName);
    const reader = { siteId: site.id, connectionId: undefined, sees: 'site' } as const;
    const view = await readGroup(database, reader, group.id);
    const owner = (await connectionNames(administration))(ownerConnectionId);
    // the database's own JSON; a group that was deleted in between has none
    return { ...group, owner, attributes: documents.shownGroup(JSON.parse(view?.document ?? '{}')) };
  };
}
