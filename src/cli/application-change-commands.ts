import { removeApplicationConfirmed, requireUser } from '../administration/index.js';
import { type ApplicationChange, changeApplication, findApplication } from '../licensing/index.js';
import { applicationFields } from './application-text.js';
import { type ConfirmOptions, confirmationOf, withConfirmation } from './confirm-options.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface SetOptions extends SiteOptions {
  readonly name?: string;
  readonly description?: string;
  readonly owner?: string;
}

/** `rollcall application set | enable | disable | remove` */
export const applicationChangeCommands: Register = (group, session) => {
  siteCommand(group, 'set', 'change what is said of an application')
    .argument('<key>')
    .option('--name <name>', 'what people call it')
    .option('--description <text>', 'what it is for; empty takes it away')
    .option('--owner <id|userName>', 'the user who answers for it; empty: nobody')
    .action((key: string, { name, description, owner, ...options }: SetOptions) => {
      if (name === undefined && description === undefined && owner === undefined) {
        throw new UsageError('say what changes: --name, --description or --owner');
      }
      return change(session, key, options, async (services) => ({
        ...(name === undefined ? {} : { name }),
        ...(description === undefined ? {} : { description: description === '' ? undefined : description }),
        ...(owner === undefined
          ? {}
          : { ownerUserId: owner === '' ? undefined : (await requireUser(services, owner)).id }),
      }));
    });

  for (const [name, state, description] of [
    ['enable', 'active', 'switch an application on again: everybody gets back what their groups and grants give'],
    ['disable', 'disabled', 'switch an application off: nobody has access, no seat is taken, all grants stay'],
  ] as const) {
    siteCommand(group, name, description)
      .argument('<key>')
      .action((key: string, options: SiteOptions) => change(session, key, options, async () => ({ state })));
  }

  withConfirmation(siteCommand(group, 'remove', 'remove an application with its roles, licences and grants'))
    .argument('<key>')
    .action((key: string, options: SiteOptions & ConfirmOptions) =>
      session.answerInSite(options, async (services) => {
        const { id } = await findApplication(services.database, services.site.id, key);
        await removeApplicationConfirmed(services, { id, confirmation: confirmationOf(options) });
        return { json: { removed: key }, text: () => `The application ${key} is removed.` };
      }),
    );
};

function change(
  session: Session,
  key: string,
  options: SiteOptions,
  wanted: (services: Parameters<Parameters<Session['answerInSite']>[1]>[0]) => Promise<ApplicationChange>,
): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { database, change: changes, actor, site } = services;
    const { id } = await findApplication(database, site.id, key);
    const request = { action: 'application.change', objectType: 'Application', objectId: id } as const;
    const changed = await wanted(services);
    await changes.run(actor, request, () => changeApplication(actor, id, changed));
    const application = await findApplication(database, site.id, key);
    return { json: application, text: () => applicationFields(application) };
  });
}
