import { findGroups, type MemberView, streamMembers } from '../directory/index.js';
import { connectionNames, requireGroup } from './lookup.js';
import { count, fields, table } from './output.js';
import { parseCount } from './parse-number.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';

interface ListOptions extends SiteOptions {
  readonly filter?: string;
  readonly limit: number;
}

/** A group may have a million members; whoever wants them all asks over SCIM. */
const MEMBERS_SHOWN = 100;

/** `rollcall group list | show` */
export const groupCommands: Register = (group, session) => {
  siteCommand(group, 'list', 'list groups in the order of their names')
    .option('--filter <text>', 'only those whose name starts with this')
    .option('--limit <number>', 'how many at most', parseCount(10_000), 100)
    .action((options: ListOptions) => list(session, options));

  siteCommand(group, 'show', `show a group and its first ${MEMBERS_SHOWN} members`)
    .argument('<id|name>')
    .action((idOrName: string, options: SiteOptions) => show(session, idOrName, options));
};

function list(session: Session, options: ListOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const nameOf = await connectionNames(services);
    const { database, site } = services;
    const found = await findGroups(database, site.id, options.filter ?? '', options.limit + 1);
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
