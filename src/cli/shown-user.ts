import {
  createGroupOutlines,
  createUserReads,
  listIdentities,
  readKeptUser,
  type UserSummary,
} from '../directory/index.js';
import { readEntitlements, readWaitingPlaces } from '../licensing/index.js';
import { connectionNames, requireAnyUser } from './lookup.js';
import type { SiteServices } from './session.js';
import type { ShownUser } from './user-text.js';

const DAY = 86_400_000;

/** Everything that is known of a user, also of one who is deleted. @throws RollcallError `user.*` */
export async function readShownUser(services: SiteServices, idOrUserName: string): Promise<ShownUser> {
  const { config, database, site } = services;
  const { ownerConnectionId, ...user } = await requireAnyUser(services, idOrUserName);
  const { manager, groups, document } = await readMore(services, user);
  const nameOf = await connectionNames(services);
  const identities = await listIdentities(database, site.id, user.id);
  return {
    ...user,
    owner: nameOf(ownerConnectionId),
    erasedFrom:
      user.state === 'deletion-scheduled' && user.deletedAt !== null
        ? new Date(user.deletedAt.getTime() + config.directory.deletionGraceDays * DAY)
        : null,
    // the database's own JSON
    attributes: JSON.parse(document),
    manager,
    groups,
    entitlements: await readEntitlements(database, site.id, user.id),
    waiting: await readWaitingPlaces(database, site.id, user.id),
    identities: identities.map(({ connectionId, ...identity }) => ({ connection: nameOf(connectionId), ...identity })),
  };
}

/** Groups above those that somebody is in count for visible users alone. */
async function readMore(
  { database, site }: SiteServices,
  { id }: Pick<UserSummary, 'id'>,
): Promise<Pick<ShownUser, 'manager' | 'groups'> & { readonly document: string }> {
  const reader = { siteId: site.id, connectionId: undefined, sees: 'site' } as const;
  const view = await createUserReads(database, createGroupOutlines(database)).read(reader, id, true);
  if (view !== undefined) {
    const groups = (view.groups ?? []).map(({ group, direct }) => ({
      id: group.id,
      displayName: group.displayName,
      direct,
    }));
    return { manager: view.managerName, groups, document: view.document };
  }
  const kept = await readKeptUser(database, site.id, id);
  const groups = (kept?.groups ?? []).map((group) => ({ ...group, direct: true }));
  return { manager: null, groups, document: kept?.document ?? '{}' };
}
