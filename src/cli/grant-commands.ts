import { connectionNames, requireHolder, requireRole } from '../administration/index.js';
import { addGrant, listGrants, removeGrant } from '../licensing/index.js';
import { table } from './output.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface HolderOptions {
  readonly group?: string;
  readonly user?: string;
}

interface GrantOptions extends SiteOptions, HolderOptions {
  readonly application: string;
  readonly role: string;
}

/** `rollcall grant add | remove | list` */
export const grantCommands: Register = (group, session) => {
  for (const [name, description] of [
    ['add', 'give a role to a group, with everybody in and below it, or to a user'],
    ['remove', 'take a role back; who has it through another group keeps it'],
  ] as const) {
    siteCommand(group, name, description)
      .requiredOption('--application <key>', 'the application')
      .requiredOption('--role <key>', 'one of its roles')
      .option('--group <id|name>', 'the group')
      .option('--user <id|userName>', 'the user')
      .action(async (options: GrantOptions) => {
        if ((options.group === undefined) === (options.user === undefined)) {
          throw new UsageError('say who: --group <id|name> or --user <id|userName>');
        }
        await perform(session, name, options);
      });
  }

  siteCommand(group, 'list', 'list the grants of the site')
    .option('--application <key>', 'of this application only')
    .action((options: SiteOptions & { application?: string }) => list(session, options));
};

function perform(session: Session, name: 'add' | 'remove', options: GrantOptions): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { change, actor } = services;
    const { application } = options;
    const role = await requireRole(services, application, options.role);
    const { holder, holderName } = await requireHolder(services, options);
    const request = { action: `grant.${name}`, objectType: 'Grant' } as const;
    const added =
      name === 'add'
        ? await change.run(actor, request, () => addGrant(actor, role.id, holder))
        : await change.run(actor, request, () => removeGrant(actor, role.id, holder));
    const done = name === 'add' ? 'now has' : 'no longer has';
    return {
      json: { ...added, application, role: role.key, holder, holderName },
      text: () => `The ${holder.kind} ${holderName} ${done} the role ${role.key} of ${application}.`,
    };
  });
}

function list(session: Session, options: SiteOptions & { application?: string }): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { database, site } = services;
    const found = await listGrants(database, site.id, { application: options.application });
    const grants = found.map(({ rank: _, ...grant }) => grant);
    const nameOf = await connectionNames(services);
    const rows = grants.map((grant) => [
      grant.application,
      grant.role,
      grant.holder.kind,
      grant.holderName,
      grant.holder.id,
      nameOf(grant.connectionId) ?? 'an administrator',
    ]);
    return {
      json: grants,
      text: () => table(['APPLICATION', 'ROLE', 'GIVEN TO', 'NAME', 'ID', 'BY'], rows, 'There is no grant.'),
    };
  });
}
