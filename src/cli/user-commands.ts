import { createGroupOutlines, createUserReads, findUsers, listIdentities } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { readEntitlements, readWaitingPlaces } from '../licensing/index.js';
import { connectionNames, requireUser } from './lookup.js';
import { table } from './output.js';
import { parseCount } from './parse-number.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { type ShownUser, userText } from './user-text.js';

interface ListOptions extends SiteOptions {
  readonly filter?: string;
  readonly limit: number;
}

/** `rollcall user list | show` */
export const userCommands: Register = (group, session) => {
  siteCommand(group, 'list', 'list users in the order of their userName')
    .option('--filter <text>', 'only those whose userName starts with this')
    .option('--limit <number>', 'how many at most', parseCount(10_000), 100)
    .action((options: ListOptions) => list(session, options));

  siteCommand(group, 'show', 'show a user with groups, access and identities')
    .argument('<id|userName>')
    .action((idOrUserName: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        const user = await readShownUser(services, idOrUserName);
        return { json: user, text: () => userText(user) };
      }),
    );
};

function list(session: Session, options: ListOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const nameOf = await connectionNames(services);
    const { database, site } = services;
    // One more than shown tells whether there are more.
    const found = await findUsers(database, site.id, options.filter ?? '', options.limit + 1);
    const more = found.length > options.limit;
    const users = found
      .slice(0, options.limit)
      .map(({ ownerConnectionId, ...user }) => ({ ...user, owner: nameOf(ownerConnectionId) }));
    const rows = users.map((user) => [user.userName, user.displayName, user.state, user.owner ?? 'local', user.id]);
    const text = () => table(['USERNAME', 'NAME', 'STATE', 'OWNER', 'ID'], rows, 'There is no such user.');
    const note = '\nThere are more: use --filter, or a higher --limit.';
    return { json: { users, more }, text: () => (more ? text() + note : text()) };
  });
}

async function readShownUser(services: SiteServices, idOrUserName: string): Promise<ShownUser> {
  const { database, site } = services;
  const { ownerConnectionId, ...user } = await requireUser(services, idOrUserName);
  const reader = { siteId: site.id, connectionId: undefined, sees: 'site' } as const;
  const view = await createUserReads(database, createGroupOutlines(database)).read(reader, user.id, true);
  // Deleted between the two reads.
  if (view === undefined) throw new RollcallError('not-found', 'user.not-found', `There is no user "${idOrUserName}".`);
  const nameOf = await connectionNames(services);
  const identities = await listIdentities(database, site.id, user.id);
  return {
    ...user,
    owner: nameOf(ownerConnectionId),
    version: view.version,
    // the database's own JSON
    attributes: JSON.parse(view.document),
    manager: view.managerName,
    groups: (view.groups ?? []).map(({ group, direct }) => ({ id: group.id, displayName: group.displayName, direct })),
    entitlements: await readEntitlements(database, site.id, user.id),
    waiting: await readWaitingPlaces(database, site.id, user.id),
    identities: identities.map(({ connectionId, ...identity }) => ({ connection: nameOf(connectionId), ...identity })),
  };
}
