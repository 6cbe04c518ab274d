import { Argument } from 'commander';
import { deleteUserConfirmed, readShownUser, requireDeletedUser, requireUser } from '../administration/index.js';
import { eraseUserEverywhere } from '../change/index.js';
import {
  type Command as DirectoryCommand,
  deactivateUser,
  isObjectId,
  reactivateByDecision,
  restoreUser,
  suspendUser,
  type UserType,
} from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { changeUserType } from '../licensing/index.js';
import { type ConfirmOptions, confirmationOf, withConfirmation } from './confirm-options.js';
import { parseMoment } from './parse-moment.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { userText } from './user-text.js';

interface SuspendOptions extends SiteOptions {
  readonly reason: string;
  readonly until?: Date | null;
}

/** `rollcall user suspend | reactivate | deactivate | delete | restore | purge | set-type` */
export const userStateCommands: Register = (group, session) => {
  siteCommand(group, 'suspend', 'keep a user out: groups and grants stay, seats are free, no connection can end it')
    .argument('<id|userName>')
    .requiredOption('--reason <text>', 'why; shown by user show')
    .option('--until <date>', 'when it ends by itself; never unless it is said', parseMoment)
    .action((user: string, { reason, until, ...options }: SuspendOptions) =>
      decide(session, user, options, 'user.suspend', ({ actor }, id) =>
        suspendUser(actor, id, { reason, until: until ?? undefined }),
      ),
    );

  siteCommand(group, 'reactivate', 'end a suspension, or make a deactivated user active again')
    .argument('<id|userName>')
    .action((user: string, options: SiteOptions) =>
      decide(session, user, options, 'user.reactivate', ({ actor }, id) => reactivateByDecision(actor, id)),
    );

  siteCommand(group, 'deactivate', "make a user inactive until you or the user's connection say otherwise")
    .argument('<id|userName>')
    .action((user: string, options: SiteOptions) =>
      decide(session, user, options, 'user.deactivate', ({ actor }, id) => deactivateUser(actor, id)),
    );

  siteCommand(group, 'set-type', 'say what kind of user somebody is: customers take no seat, service users by setting')
    .argument('<id|userName>')
    .addArgument(new Argument('<type>').choices(['standard', 'customer', 'service']))
    .action((user: string, type: UserType, options: SiteOptions) =>
      decide(session, user, options, 'user.set-type', ({ actor }, id) => changeUserType(actor, id, type)),
    );

  withConfirmation(siteCommand(group, 'delete', 'schedule a user for deletion; can be restored in the grace period'))
    .argument('<id|userName>')
    .action((user: string, options: SiteOptions & ConfirmOptions) => schedule(session, user, options));

  siteCommand(group, 'restore', 'bring a user back who is scheduled for deletion')
    .argument('<id|userName>')
    .option('--user-name <name>', 'the name to come back under, where somebody else has the old one')
    .action((user: string, options: SiteOptions & { userName?: string }) =>
      session.answerInSite(options, async (services) => {
        const { database, change, actor } = services;
        const { id } = await requireDeletedUser(services, user);
        const request = { action: 'user.restore', objectType: 'User', objectId: id } as const;
        await change.run(actor, request, () => restoreUser(database, actor, id, options.userName));
        return shown(services, id);
      }),
    );

  siteCommand(group, 'purge', 'erase a user now who is scheduled for deletion; nothing brings them back')
    .argument('<id>')
    .option('--yes', 'do it')
    .action((id: string, options: SiteOptions & { yes?: boolean }) => purge(session, id, options));
};

function decide(
  session: Session,
  user: string,
  options: SiteOptions,
  action: string,
  command: (services: SiteServices, id: string) => DirectoryCommand<unknown>,
): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { change, actor } = services;
    const { id } = await requireUser(services, user);
    await change.run(actor, { action, objectType: 'User', objectId: id }, () => command(services, id));
    return shown(services, id);
  });
}

function schedule(session: Session, user: string, options: SiteOptions & ConfirmOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { id, userName } = await requireUser(services, user);
    await deleteUserConfirmed(services, { id, confirmation: confirmationOf(options) });
    const days = services.config.directory.deletionGraceDays;
    return {
      json: { id, userName, state: 'deletion-scheduled', graceDays: days },
      text: () => `${userName} is deleted. For ${days} days: rollcall user restore ${id}`,
    };
  });
}

function purge(session: Session, id: string, options: SiteOptions & { yes?: boolean }): Promise<void> {
  return session.answerInSite(options, async ({ change, actor }) => {
    if (!isObjectId(id))
      throw new RollcallError('invalid', 'user.no-id', 'Name the user by id: user list --state deletion-scheduled.');
    if (options.yes !== true) {
      const message = 'Nothing brings the user back after this: confirm it with --yes.';
      throw new RollcallError('conflict', 'user.purge-unconfirmed', message);
    }
    const request = { action: 'user.erase', objectType: 'User', objectId: id } as const;
    await change.run(actor, request, () => eraseUserEverywhere(actor, id));
    return { json: { id, state: 'deleted' }, text: () => `The user ${id} is erased.` };
  });
}

async function shown(services: SiteServices, id: string) {
  const user = await readShownUser(services, id);
  return { json: user, text: () => userText(user) };
}
