import { InvalidArgumentError, Option } from 'commander';
import { type Application, createApplication, findApplication, listApplications } from '../licensing/index.js';
import { applicationChangeCommands } from './application-change-commands.js';
import { applicationFields } from './application-text.js';
import { applicationTokenCommands } from './application-token-commands.js';
import { table } from './output.js';
import { parseSeats } from './parse-number.js';
import { reclaimCommands } from './reclaim-commands.js';
import { type Register, type Session, type SiteOptions, siteCommand } from './session.js';
import { unusedCommand } from './unused-command.js';
import { UsageError } from './usage-error.js';

interface Role {
  readonly key: string;
  readonly takesSeat: boolean;
}

interface CreateOptions extends SiteOptions {
  readonly name: string;
  readonly description?: string;
  readonly role: readonly Role[];
  readonly seats?: number | null;
  readonly policy?: 'wait' | 'refuse' | 'allow';
}

/** `rollcall application create | list | show`, the commands that change one, its tokens and its unused seats */
export const applicationCommands: Register = (group, session) => {
  siteCommand(group, 'create', 'create an application with its roles and, with --seats, its licence')
    .argument('<key>', 'lower-case letters, digits and hyphens')
    .requiredOption('--name <name>', 'what people call it')
    .option('--description <text>', 'what it is for')
    .requiredOption('--role <key[:free]>', 'a role, the highest first; `:free` takes no seat; repeatable', parseRole)
    .option('--seats <number>', 'seats of its licence, or unlimited; without it seats are not counted', parseSeats)
    .addOption(
      new Option('--policy <policy>', 'when the seats are taken: wait (the default), refuse or allow').choices([
        'wait',
        'refuse',
        'allow',
      ]),
    )
    .action(async (key: string, options: CreateOptions) => {
      if (options.policy !== undefined && options.seats === undefined) throw new UsageError('--policy needs --seats');
      await create(session, key, options);
    });

  siteCommand(group, 'list', 'list the applications and how many of their seats are taken').action(
    (options: SiteOptions) =>
      session.answerInSite(options, async ({ database, site }) => {
        const applications = await listApplications(database, site.id);
        return { json: applications, text: () => applicationTable(applications) };
      }),
  );

  siteCommand(group, 'show', 'show an application with its roles and licences')
    .argument('<key>')
    .action((key: string, options: SiteOptions) =>
      session.answerInSite(options, async ({ database, site }) => {
        const application = await findApplication(database, site.id, key);
        return { json: application, text: () => applicationFields(application) };
      }),
    );

  applicationChangeCommands(group, session);
  applicationTokenCommands(group, session);
  unusedCommand(group, session);
  reclaimCommands(group, session);
};

function parseRole(text: string, before: readonly Role[] = []): Role[] {
  const [key = '', seat, ...rest] = text.split(':');
  if (key === '' || rest.length > 0 || (seat !== undefined && seat !== 'free')) {
    throw new InvalidArgumentError('Write a role key such as admin, or viewer:free for a role that takes no seat.');
  }
  return [...before, { key, takesSeat: seat === undefined }];
}

function create(session: Session, key: string, options: CreateOptions): Promise<void> {
  return session.answerInSite(options, async ({ database, change, actor, site }) => {
    const { name, description, role: roles, seats, policy = 'wait' } = options;
    const licence = seats === undefined ? undefined : { seats: seats ?? undefined, policy };
    const request = { action: 'application.create', objectType: 'Application' } as const;
    await change.run(actor, request, () => createApplication(actor, { key, name, description, roles, licence }));
    const application = await findApplication(database, site.id, key);
    return { json: application, text: () => applicationFields(application) };
  });
}

function applicationTable(applications: readonly Application[]): string {
  const rows = applications.map(({ key, name, roles, licences }) => [
    key,
    name,
    roles.map((role) => role.key + (role.takesSeat ? '' : ':free')).join(' > '),
    licences.map(seatsOf).join('; ') || 'not counted',
    licences.reduce((sum, licence) => sum + licence.waiting, 0),
  ]);
  return table(['KEY', 'NAME', 'ROLES', 'SEATS TAKEN', 'WAITING'], rows, 'There is no application.');
}

function seatsOf({ used, seats, warnedAt, state }: Application['licences'][number]): string {
  const taken = `${used} of ${seats ?? 'unlimited'}`;
  if (state === 'over') return `${taken} (over-used)`;
  return warnedAt === null ? taken : `${taken} (${warnedAt} % reached)`;
}
