import { type Command, Option } from 'commander';
import { type ConnectionSettings, SETTING_NAMES } from '../connections/index.js';
import { parseWhole } from './parse-number.js';
import { UsageError } from './usage-error.js';

/** Settings of a connection as options; those that were not given are undefined. */
export type SettingOptions = Partial<ConnectionSettings>;

/** Adds an option for each setting of a connection. */
export function withSettingOptions(command: Command): Command {
  return command
    .option('--profile <profile>', 'which identity provider it is; see docs/profiles.md (generic)')
    .option('--adopt', 'let it take over users and groups that nobody owns')
    .option('--no-adopt', 'and not (the default)')
    .addOption(choice('--sees <what>', 'all of the site, or only its own and unowned objects', ['site', 'own']))
    .addOption(choice('--passwords <policy>', 'what happens to passwords it sends', ['ignore', 'refuse', 'store']))
    .addOption(
      choice(
        '--unknown-members <policy>',
        'members of a group that do not exist: refuse the request, or pass them over',
        ['reject', 'skip'],
      ),
    )
    .addOption(choice('--put-omitted <policy>', 'attributes that a PUT does not mention', ['clear', 'keep']))
    .option('--unique-group-names', 'refuse a group whose name another group of the site has')
    .option('--no-unique-group-names', 'and not (the default)')
    .option('--reactivate', 'a POST with the externalId of a user it deactivated brings that user back')
    .option('--no-reactivate', 'and not (the default): such a POST is 409 where the userName is taken')
    .addOption(choice('--discovery <access>', 'who may read Schemas and ResourceTypes', ['public', 'protected']))
    .addOption(choice('--roles <shape>', 'how it can look up what access there is', ['none', 'draft', 'okta']))
    .option('--show-entitlements', 'show it the access that its users have through groups and grants')
    .option('--no-show-entitlements', 'and not (the default)')
    .option('--assign', 'published roles that it writes on users become direct grants')
    .option('--no-assign', 'and not (the default)')
    .addOption(choice('--role-values <which>', 'roles and entitlements it may write on users', ['any', 'published']))
    .option(
      '--removal-limit-percent <number>',
      'how much of its users it may remove in the window; 0: all; by default 20',
      parseWhole(0, 100),
    )
    .option(
      '--removal-limit-count <number>',
      'how many people it may remove in the window; 0: any number; by default 500',
      parseWhole(0, 100_000_000),
    )
    .option(
      '--removal-minimum-base <number>',
      'from how many users on the percentage counts; by default 100',
      parseWhole(0, 100_000_000),
    )
    .option('--removal-window-hours <number>', 'the window; by default 24', parseWhole(1, 24 * 365));
}

/** The first choice is what a new connection has. */
function choice(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, `${description}; by default ${choices[0]}`).choices(choices);
}

/** The settings that were given. @throws UsageError for a profile that does not exist */
export async function givenSettings(options: SettingOptions): Promise<SettingOptions> {
  if (options.profile !== undefined) await requireProfile(options.profile);
  const given = SETTING_NAMES.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]]));
}

async function requireProfile(name: string): Promise<void> {
  // The engine takes longer to load than every other command takes to run.
  const { PROFILE_NAMES } = await import('../scim/index.js');
  if (PROFILE_NAMES.includes(name)) return;
  throw new UsageError(`unknown profile '${name}'. Profiles: ${PROFILE_NAMES.join(', ')}`);
}
