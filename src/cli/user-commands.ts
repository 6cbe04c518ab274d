import { Option } from 'commander';
import { connectionNames, readShownUser } from '../administration/index.js';
import { findUsers, type UserState } from '../directory/index.js';
import { importCommand } from './import-command.js';
import { table } from './output.js';
import { parseCount } from './parse-number.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { userStateCommands } from './user-state-commands.js';
import { userText } from './user-text.js';

const STATES: readonly UserState[] = ['invited', 'active', 'suspended', 'deactivated', 'deletion-scheduled', 'deleted'];

interface ListOptions extends SiteOptions {
  readonly filter?: string;
  readonly state?: UserState;
  readonly limit: number;
}

/** `rollcall user list | show | import`, and those of user-state-commands */
export const userCommands: Register = (group, session) => {
  siteCommand(group, 'list', 'list users in the order of their userName')
    .option('--filter <text>', 'only those whose userName starts with this')
    .addOption(
      new Option('--state <state>', 'in this state; deleted ones are shown only when asked for').choices(STATES),
    )
    .option('--limit <number>', 'how many at most', parseCount(10_000), 100)
    .action((options: ListOptions) => list(session, options));

  siteCommand(group, 'show', 'show a user with state, groups, access and identities; deleted ones as well')
    .argument('<id|userName>')
    .action((idOrUserName: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        const user = await readShownUser(services, idOrUserName);
        return { json: user, text: () => userText(user) };
      }),
    );

  importCommand(group, session);
  userStateCommands(group, session);
};

function list(session: Session, options: ListOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const nameOf = await connectionNames(services);
    const { database, site } = services;
    // One more than shown tells whether there are more.
    const { filter: prefix, state, limit } = options;
    const found = await findUsers(database, site.id, { prefix, state, limit: limit + 1 });
    const more = found.length > limit;
    const users = found
      .slice(0, limit)
      .map(({ ownerConnectionId, ...user }) => ({ ...user, owner: nameOf(ownerConnectionId) }));
    const rows = users.map((user) => [user.userName, user.displayName, user.state, user.owner ?? 'local', user.id]);
    const text = () => table(['USERNAME', 'NAME', 'STATE', 'OWNER', 'ID'], rows, 'There is no such user.');
    const note = '\nThere are more: use --filter, or a higher --limit.';
    return { json: { users, more }, text: () => (more ? text() + note : text()) };
  });
}
