import { Option } from 'commander';
import { chooseLicence, licenceChange } from '../administration/index.js';
import {
  type Application,
  addLicence,
  changeLicence,
  findApplication,
  type LicencePolicy,
  removeLicence,
} from '../licensing/index.js';
import { applicationFields } from './application-text.js';
import { collect } from './collect.js';
import { parseMoment } from './parse-moment.js';
import { parsePercentages, parseSeats } from './parse-number.js';
import { type Register, type Session, type SiteOptions, type SiteServices, siteCommand } from './session.js';
import { UsageError } from './usage-error.js';

interface Options extends SiteOptions {
  readonly application: string;
  readonly licence?: string;
}

interface TermOptions extends Options {
  readonly name?: string;
  readonly seats?: number | null;
  readonly policy?: LicencePolicy;
  readonly role?: readonly string[];
  readonly from?: Date | null;
  readonly until?: Date | null;
  readonly warnAt?: readonly number[];
}

const APPLICATION = ['--application <key>', 'the application'] as const;
const WHICH = ['--licence <name>', 'which licence, where the application has several'] as const;

const WARN_AT = [
  '--warn-at <percentages>',
  'when so much of its seats is taken, the log warns: 80,100 unless said otherwise, or never',
  parsePercentages,
] as const;

/** `rollcall licence add | set | set-seats | remove` */
export const licenceCommands: Register = (group, session) => {
  siteCommand(group, 'add', 'add a pool of seats to an application')
    .argument('<name>', 'what people call it')
    .requiredOption(...APPLICATION)
    .requiredOption('--role <key>', 'a role that it covers; repeatable', collect)
    .requiredOption('--seats <number>', 'how many, or unlimited', parseSeats)
    .addOption(policyOption().default('wait'))
    .option('--from <time>', 'when it begins: 2027-01-01 or a time with zone; without it, at once', parseMoment)
    .option('--until <time>', 'when it ends; without it, never', parseMoment)
    .option(...WARN_AT)
    .action(
      (name: string, { seats, policy = 'wait', role: roles = [], from, until, warnAt, ...options }: TermOptions) =>
        inApplication(session, 'licence.add', options, ({ actor }, { id }) =>
          addLicence(actor, id, {
            name,
            seats: seats ?? undefined,
            policy,
            roles,
            period: { from: from ?? undefined, until: until ?? undefined },
            ...(warnAt === undefined ? {} : { warnAt }),
          }),
        ),
    );

  siteCommand(group, 'set', 'change a licence; fewer seats or an earlier end take a seat from nobody')
    .requiredOption(...APPLICATION)
    .option(...WHICH)
    .option('--name <name>', 'what people call it')
    .option('--seats <number>', 'how many, or unlimited', parseSeats)
    .addOption(policyOption())
    .option('--role <key>', 'a role that it covers, in place of those so far; repeatable', collect)
    .option('--from <time>', 'when it begins, or never for always', parseMoment)
    .option('--until <time>', 'when it ends, or never', parseMoment)
    .option(...WARN_AT)
    .action((options: TermOptions) => {
      if (!['name', 'seats', 'policy', 'role', 'from', 'until', 'warnAt'].some((name) => name in options)) {
        throw new UsageError('say what changes: --name, --seats, --policy, --role, --from, --until or --warn-at');
      }
      return inApplication(session, 'licence.change', options, ({ actor }, application) => {
        const licence = chooseLicence(application, options.licence);
        return changeLicence(actor, licence.id, licenceChange({ ...options, roles: options.role }, licence));
      });
    });

  siteCommand(group, 'set-seats', 'change how many seats a licence has; fewer take a seat from nobody')
    .argument('<seats>', 'a number, or unlimited', parseSeats)
    .requiredOption(...APPLICATION)
    .option(...WHICH)
    .action((seats: number | null, options: Options) =>
      inApplication(session, 'licence.change', options, ({ actor }, application) =>
        changeLicence(actor, chooseLicence(application, options.licence).id, { seats: seats ?? undefined }),
      ),
    );

  siteCommand(group, 'remove', 'remove a licence; whoever holds a seat of it keeps the role')
    .requiredOption(...APPLICATION)
    .option(...WHICH)
    .action((options: Options) =>
      inApplication(session, 'licence.remove', options, ({ actor }, application) =>
        removeLicence(actor, chooseLicence(application, options.licence).id),
      ),
    );
};

function policyOption(): Option {
  return new Option('--policy <policy>', 'when the seats are taken').choices(['wait', 'refuse', 'allow']);
}

function inApplication(
  session: Session,
  action: string,
  options: Options,
  command: (services: SiteServices, application: Application) => ReturnType<typeof addLicence | typeof changeLicence>,
): Promise<void> {
  return session.answerInSite(options, async (services) => {
    const { database, change, actor, site } = services;
    const application = await findApplication(database, site.id, options.application);
    await change.run<unknown>(actor, { action, objectType: 'Licence' }, () => command(services, application));
    const changed = await findApplication(database, site.id, options.application);
    return { json: changed, text: () => applicationFields(changed) };
  });
}
