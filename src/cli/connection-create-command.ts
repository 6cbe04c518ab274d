import { Option } from 'commander';
import { createConnection } from '../connections/index.js';
import { newTokenJson, newTokenText } from './connection-views.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';
import { expiry, type TokenOptions, withTokenOptions } from './token-options.js';
import { UsageError } from './usage-error.js';

interface Options extends SiteOptions, TokenOptions {
  readonly name: string;
  readonly type: 'scim';
  readonly profile: string;
  readonly adopt?: boolean;
  readonly sees: 'site' | 'own';
  readonly passwords: 'ignore' | 'refuse' | 'store';
}

/** `rollcall connection create` */
export const createCommand: Register = (group, session) => {
  const create = siteCommand(group, 'create', 'make a connection and its first token')
    .requiredOption('--name <name>', 'what it is called in the log and in these commands')
    .addOption(new Option('--type <type>', 'what connects').choices(['scim']).default('scim'))
    .option('--profile <profile>', 'which identity provider it is', 'generic')
    .option('--adopt', 'let it take over users and groups that nobody owns')
    .addOption(
      new Option('--sees <what>', 'all of the site, or only its own and unowned objects')
        .choices(['site', 'own'])
        .default('site'),
    )
    .addOption(
      new Option('--passwords <policy>', 'what happens to passwords it sends')
        .choices(['ignore', 'refuse', 'store'])
        .default('ignore'),
    );
  withTokenOptions(create).action(async (options: Options) => {
    if (options.name.trim() === '') throw new UsageError("option '--name <name>' must not be empty");
    await requireProfile(options.profile);
    await session.answerInSite(options, async ({ config, change, actor }) => {
      const scope = options.scope ?? 'write';
      const expiresAt = expiry(config, options);
      const { name, type, profile, adopt = false, sees, passwords } = options;
      const wanted = { name, type, profile, adopt, sees, passwords, scope, expiresAt };
      const request = { action: 'connection.create', objectType: 'Connection' } as const;
      const created = await change.run(actor, request, () => createConnection(actor, wanted));
      return {
        json: newTokenJson(config, created, scope, expiresAt),
        text: () => newTokenText(config, created, scope, expiresAt),
      };
    });
  });
};

/** @throws UsageError */
async function requireProfile(name: string): Promise<void> {
  // The engine takes longer to load than every other command takes to run.
  const { PROFILE_NAMES, profileNamed } = await import('../scim/index.js');
  if (profileNamed(name) !== undefined) return;
  throw new UsageError(`unknown profile '${name}'. Profiles: ${PROFILE_NAMES.join(', ')}`);
}
