import { type ConnectionWithTokens, listConnections, readConnectionNames } from '../connections/index.js';
import {
  type DeletedGroup,
  findDeletedGroups,
  findDeletedUsers,
  findGroup,
  findUser,
  type GroupSummary,
  type UserSummary,
} from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { type Application, findApplication, type GrantHolder } from '../licensing/index.js';
import type { Administration } from './administration.js';

/** @throws RollcallError `user.not-found` */
export async function requireUser({ database, site }: Administration, idOrUserName: string): Promise<UserSummary> {
  const user = await findUser(database, site.id, idOrUserName);
  if (user !== undefined) return user;
  throw new RollcallError('not-found', 'user.not-found', `There is no user "${idOrUserName}" in the site ${site.key}.`);
}

/** A user who can be seen or, failing that, one who is deleted. @throws as requireUser and requireDeletedUser do */
export async function requireAnyUser(administration: Administration, idOrUserName: string): Promise<UserSummary> {
  const { database, site } = administration;
  return (await findUser(database, site.id, idOrUserName)) ?? requireDeletedUser(administration, idOrUserName);
}

/** @throws RollcallError `user.not-found`, or `user.name-not-unique` with the ids to choose from */
export async function requireDeletedUser({ database, site }: Administration, idOrName: string): Promise<UserSummary> {
  return onlyOne('user', idOrName, site.key, await findDeletedUsers(database, site.id, idOrName));
}

/** @throws RollcallError `group.not-found`, or `group.name-not-unique` with the ids to choose from */
export async function requireDeletedGroup({ database, site }: Administration, idOrName: string): Promise<DeletedGroup> {
  return onlyOne('group', idOrName, site.key, await findDeletedGroups(database, site.id, idOrName));
}

function onlyOne<Found extends { readonly id: string }>(
  kind: 'user' | 'group',
  asked: string,
  siteKey: string,
  [found, ...others]: readonly Found[],
): Found {
  if (found === undefined) {
    const message = `There is no ${kind} "${asked}" to restore in the site ${siteKey}.`;
    throw new RollcallError('not-found', `${kind}.not-found`, message);
  }
  if (others.length === 0) return found;
  const ids = [found, ...others].map(({ id }) => id);
  const message = `${ids.length} deleted ${kind}s were called "${asked}"; use an id: ${ids.join(', ')}`;
  throw new RollcallError('conflict', `${kind}.name-not-unique`, message, { ids });
}

/** @throws RollcallError `group.not-found`, or `group.name-not-unique` with the ids to choose from */
export async function requireGroup({ database, site }: Administration, idOrName: string): Promise<GroupSummary> {
  const [group, ...others] = await findGroup(database, site.id, idOrName);
  if (group === undefined) {
    throw new RollcallError('not-found', 'group.not-found', `There is no group "${idOrName}" in the site ${site.key}.`);
  }
  if (others.length === 0) return group;
  const ids = [group, ...others].map(({ id }) => id);
  throw new RollcallError(
    'conflict',
    'group.name-not-unique',
    `${ids.length} groups are called "${idOrName}"; use an id: ${ids.join(', ')}`,
    { ids },
  );
}

/** The connection with this name or, failing that, this id. @throws RollcallError `connection.not-found` */
export async function requireConnection(
  { database, site }: Pick<Administration, 'database' | 'site'>,
  nameOrId: string,
): Promise<ConnectionWithTokens> {
  const all = await listConnections(database, site.id);
  const found = all.find(({ name }) => name === nameOrId) ?? all.find(({ id }) => id === nameOrId);
  if (found !== undefined) return found;
  throw new RollcallError('not-found', 'connection.not-found', `There is no connection "${nameOrId}".`);
}

/** @throws RollcallError `application.not-found`, `application.role-not-found` */
export async function requireRole({ database, site }: Administration, applicationKey: string, roleKey: string) {
  const application: Application = await findApplication(database, site.id, applicationKey);
  const role = application.roles.find(({ key }) => key === roleKey);
  if (role !== undefined) return role;
  const keys = application.roles.map(({ key }) => key).join(', ');
  throw new RollcallError(
    'not-found',
    'application.role-not-found',
    `The application "${applicationKey}" has no role "${roleKey}"; it has: ${keys}`,
  );
}

/** A user or a group, one of which is named: whoever asks has seen to that. */
export interface NamedHolder {
  /** Id or userName. */
  readonly user?: string | undefined;
  /** Id or name. */
  readonly group?: string | undefined;
}

/** @throws as requireUser and requireGroup do */
export async function requireHolder(
  administration: Administration,
  { user, group = '' }: NamedHolder,
): Promise<{ readonly holder: GrantHolder; readonly holderName: string }> {
  if (user !== undefined) {
    const { id, userName } = await requireUser(administration, user);
    return { holder: { kind: 'user', id }, holderName: userName };
  }
  const { id, displayName } = await requireGroup(administration, group);
  return { holder: { kind: 'group', id }, holderName: displayName };
}

/** The names of a site's connections by id, for what refers to them. */
export async function connectionNames({
  database,
  site,
}: Administration): Promise<(id: string | null) => string | null> {
  const names = await readConnectionNames(database, site.id);
  return (id) => (id === null ? null : (names.get(id) ?? id));
}

/** The licence of that name, or the only one. @throws RollcallError `licence.not-found`, `licence.name-needed` */
export function chooseLicence({ key, licences }: Application, name: string | undefined) {
  const names = licences.map((licence) => `"${licence.name}"`).join(', ');
  const [licence, ...others] = licences.filter((candidate) => name === undefined || candidate.name === name);
  if (licence === undefined) {
    const found = licences.length === 0 ? 'it has none' : `it has ${names}`;
    const wanted = name === undefined ? 'no licence' : `no licence "${name}"`;
    throw new RollcallError('not-found', 'licence.not-found', `The application "${key}" has ${wanted}; ${found}.`);
  }
  if (others.length === 0) return licence;
  throw new RollcallError('invalid', 'licence.name-needed', `"${key}" has several licences; add --licence: ${names}`);
}
