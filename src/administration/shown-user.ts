import {
  createGroupOutlines,
  createUserReads,
  type Identity,
  listIdentities,
  readKeptUser,
  type UserSummary,
} from '../directory/index.js';
import {
  readEntitlements,
  readWaitingPlaces,
  type UserEntitlement,
  type UserWaitingPlace,
} from '../licensing/index.js';
import type { Administration } from './administration.js';
import { connectionNames, requireAnyUser } from './lookup.js';

const DAY = 86_400_000;

/** A user as administrators see one. */
export interface ShownUser extends Omit<UserSummary, 'ownerConnectionId'> {
  /** The connection's name; null when the user is local. */
  readonly owner: string | null;
  /** When the grace period is over; null unless the user is scheduled for deletion. */
  readonly erasedFrom: Date | null;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly manager: string | null;
  readonly groups: readonly { readonly id: string; readonly displayName: string; readonly direct: boolean }[];
  readonly entitlements: readonly UserEntitlement[];
  readonly waiting: readonly UserWaitingPlace[];
  readonly identities: readonly (Omit<Identity, 'connectionId'> & { readonly connection: string | null })[];
}

/** Everything that is known of a user, also of one who is deleted. @throws RollcallError `user.*` */
export async function readShownUser(administration: Administration, idOrUserName: string): Promise<ShownUser> {
  const { config, database, site } = administration;
  const { ownerConnectionId, ...user } = await requireAnyUser(administration, idOrUserName);
  const { manager, groups, document } = await readMore(administration, user);
  const nameOf = await connectionNames(administration);
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
  { database, site }: Administration,
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
