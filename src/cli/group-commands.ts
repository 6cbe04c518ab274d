import {
  changeMembers,
  connectionNames,
  deleteGroupConfirmed,
  requireGroup,
  requireUser,
} from '../administration/index.js';
import { findGroups, type MemberView, streamMembers } from '../directory/index.js';
import { collect } from './collect.js';
import { type ConfirmOptions, confirmationOf, withConfirmation } from './confirm-options.js';
import { count, fields, table } from './output.js';
import { parseCount } from './parse-number.js';
import { restoreGroupCommand } from './restore-group-command.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface ListOptions extends SiteOptions {
  readonly filter?: string;
  readonly limit: number;
}

/** A group may have a million members; whoever wants them all asks over SCIM. */
const MEMBERS_SHOWN = 100;

interface MemberOptions extends SiteOptions {
  readonly user?: readonly string[];
  readonly group?: readonly string[];
}

/** `rollcall group list | show | add | remove | delete | restore` */
export const groupCommands: Register = (group, session) => {
  siteCommand(group, 'list', 'list groups in the order of their names')
    .option('--filter <text>', 'only those whose name starts with this')
    .option('--limit <number>', 'how many at most', parseCount(10_000), 100)
    .action((options: ListOptions) => list(session, options));

  siteCommand(group, 'show', `show a group and its first ${MEMBERS_SHOWN} members`)
    .argument('<id|name>')
    .action((idOrName: string, options: SiteOptions) => show(session, idOrName, options));

  for (const [name, description] of [
    ['add', 'put users or groups into a group'],
    ['remove', 'take users or groups out of a group, whoever put them there'],
  ] as const) {
    siteCommand(group, name, description)
      .argument('<id|name>')
      .option('--user <id|userName>', 'a user; repeatable', collect)
      .option('--group <id|name>', 'a group; repeatable', collect)
      .action((idOrName: string, options: MemberOptions) => moveMembers(session, name, idOrName, options));
  }

  withConfirmation(siteCommand(group, 'delete', 'delete a group; what it gives goes with it'))
    .argument('<id|name>')
    .action((idOrName: string, options: SiteOptions & ConfirmOptions) => remove(session, idOrName, options));

  restoreGroupCommand(group, session);
};

async function moveMembers(session: Session, name: 'add' | 'remove', idOrName: string, options: MemberOptions) {
  const { user: users = [], group: groups = [] } = options;
  if (users.length + groups.length === 0) throw new UsageError('say who: --user <id|userName> or --group <id|name>');
  await session.answerInSite(options, async (services) => {
    const { id, displayName } = await requireGroup(services, idOrName);
    const ids: string[] = [];
    for (const user of users) ids.push((await requireUser(services, user)).id);
    for (const group of groups) ids.push((await requireGroup(services, group)).id);
    const request = { action: 'group.update', objectType: 'Group', objectId: id } as const;
    const { changed } = await services.change.run(services.actor, request, () =>
      changeMembers(services, id, [{ kind: name, ids }]),
    );
    const done = name === 'add' ? 'are in' : 'are not in';
    return {
      json: { id, displayName, changed },
      text: () => `${count(ids.length, 'member')} ${done} ${displayName}${changed ? '' : ', as before'}.`,
    };
  });
}

function remove(session: Session, idOrName: string, options: SiteOptions & ConfirmOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { id, displayName } = await requireGroup(services, idOrName);
    await deleteGroupConfirmed(services, { id, confirmation: confirmationOf(options) });
    return { json: { deleted: { id, displayName } }, text: () => `The group ${displayName} is deleted.` };
  });
}

function list(session: Session, options: ListOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const nameOf = await connectionNames(services);
    const { database, site } = services;
    const found = await findGroups(database, site.id, { prefix: options.filter, limit: options.limit + 1 });
    const more = found.length > options.limit;
    const groups = found
      .slice(0, options.limit)
      .map(({ ownerConnectionId, ...group }) => ({ ...group, owner: nameOf(ownerConnectionId) }));
    const rows = groups.map((group) => [
      group.displayName,
      group.userCount,
      group.groupCount,
      group.owner ?? 'local',
      group.id,
    ]);
    const text = () => table(['NAME', 'USERS', 'GROUPS', 'OWNER', 'ID'], rows, 'There is no such group.');
    const note = '\nThere are more: use --filter, or a higher --limit.';
    return { json: { groups, more }, text: () => (more ? text() + note : text()) };
  });
}

function show(session: Session, idOrName: string, options: SiteOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { ownerConnectionId, ...group } = await requireGroup(services, idOrName);
    const owner = (await connectionNames(services))(ownerConnectionId);
    const members = await firstMembers(services, group.id);
    const total = group.userCount + group.groupCount;
    const about = () =>
      fields({
        Name: group.displayName,
        Id: group.id,
        Owner: owner ?? 'local',
        Protected: group.protected ? 'yes' : 'no',
        Members: `${count(group.userCount, 'user')}, ${count(group.groupCount, 'group')}`,
        Created: group.createdAt,
        Changed: group.modifiedAt,
      });
    const rows = members.map((member) => [member.type, member.display, member.id]);
    const heading = total > members.length ? `\n\nThe first ${members.length} members\n` : '\n\n';
    return {
      json: { ...group, owner, members },
      text: () => about() + heading + table(['TYPE', 'NAME', 'ID'], rows, 'It has no members.'),
    };
  });
}

async function firstMembers({ database, site }: SiteServices, groupId: string): Promise<MemberView[]> {
  const members: MemberView[] = [];
  for await (const { id, type, display } of streamMembers(database, site.id, groupId)) {
    members.push({ id, type, display });
    if (members.length === MEMBERS_SHOWN) break;
  }
  return members;
}
