import { Option } from 'commander';
import { removeRoleConfirmed } from '../administration/index.js';
import type { Command } from '../directory/index.js';
import { addRole, changeRole, findApplication } from '../licensing/index.js';
import { applicationFields } from './application-text.js';
import { type ConfirmOptions, confirmationOf, withConfirmation } from './confirm-options.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface Options extends SiteOptions {
  readonly application: string;
}

interface SetOptions extends Options {
  readonly name?: string;
  readonly free?: boolean;
  readonly seat?: boolean;
  readonly above?: string;
  readonly lowest?: boolean;
}

const APPLICATION = ['--application <key>', 'the application'] as const;

/** `rollcall role add | set | remove` */
export const roleCommands: Register = (group, session) => {
  siteCommand(group, 'add', 'add a role to an application')
    .argument('<key>', 'lower-case letters, digits and hyphens')
    .requiredOption(...APPLICATION)
    .option('--name <name>', 'what people call it')
    .option('--free', 'it takes no seat')
    .option('--above <role>', 'the role that it stands above; without it, it is the lowest')
    .action((key: string, { name, free, above, ...options }: SetOptions) => {
      const role = { key, takesSeat: free !== true, ...(name === undefined ? {} : { name }) };
      return perform(session, 'role.add', options, ({ actor }, id) => addRole(actor, id, role, above));
    });

  siteCommand(group, 'set', 'rename a role, move it, or say whether it takes a seat')
    .argument('<key>')
    .requiredOption(...APPLICATION)
    .option('--name <name>', 'what people call it')
    .addOption(new Option('--free', 'it takes no seat').conflicts('seat'))
    .option('--seat', 'it takes a seat')
    .addOption(new Option('--above <role>', 'the role that it shall stand above').conflicts('lowest'))
    .option('--lowest', 'it shall stand below all others')
    .action((key: string, { name, free, seat, above, lowest, ...options }: SetOptions) => {
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(free === true ? { takesSeat: false } : {}),
        ...(seat === true ? { takesSeat: true } : {}),
        ...(above === undefined ? {} : { above }),
        ...(lowest === true ? { above: null } : {}),
      };
      if (Object.keys(change).length === 0) {
        throw new UsageError('say what changes: --name, --free, --seat, --above or --lowest');
      }
      return perform(session, 'role.change', options, ({ actor }, id) => changeRole(actor, id, key, change));
    });

  withConfirmation(siteCommand(group, 'remove', 'remove a role with its grants'))
    .argument('<key>')
    .requiredOption(...APPLICATION)
    .action((key: string, options: Options & ConfirmOptions) =>
      inApplication(session, options, (services, id) =>
        removeRoleConfirmed(services, key, { id, confirmation: confirmationOf(options) }),
      ),
    );
};

function perform(
  session: Session,
  action: string,
  options: Options,
  command: (services: SiteServices, applicationId: string) => Command<unknown>,
): Promise<void> {
  return inApplication(session, options, (services, id) =>
    services.change.run(services.actor, { action, objectType: 'Application', objectId: id }, () =>
      command(services, id),
    ),
  );
}

function inApplication(
  session: Session,
  options: Options,
  work: (services: SiteServices, applicationId: string) => Promise<unknown>,
): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { database, site } = services;
    await work(services, (await findApplication(database, site.id, options.application)).id);
    const application = await findApplication(database, site.id, options.application);
    return { json: application, text: () => applicationFields(application) };
  });
}
