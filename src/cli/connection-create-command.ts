import { Option } from 'commander';
import { expiryOf, newTokenView } from '../administration/index.js';
import { createConnection } from '../connections/index.js';
import { newTokenText } from './connection-views.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';
import { givenSettings, type SettingOptions, withSettingOptions } from './setting-options.js';
import { type TokenOptions, withTokenOptions } from './token-options.js';
import { UsageError } from './usage-error.js';

interface Options extends SiteOptions, TokenOptions, SettingOptions {
  readonly name: string;
  readonly type: 'scim';
}

/** `rollcall connection create` */
export const createCommand: Register = (group, session) => {
  const create = siteCommand(group, 'create', 'make a connection and its first token')
    .requiredOption('--name <name>', 'what it is called in the log and in these commands')
    .addOption(new Option('--type <type>', 'what connects').choices(['scim']).default('scim'));
  withTokenOptions(withSettingOptions(create)).action(async (options: Options) => {
    if (options.name.trim() === '') throw new UsageError("option '--name <name>' must not be empty");
    const settings = await givenSettings(options);
    await session.answerInSite(options, async ({ config, change, actor }) => {
      const scope = options.scope ?? 'write';
      const expiresAt = expiryOf(config, options.expires);
      const wanted = { ...settings, name: options.name, type: options.type, scope, expiresAt };
      const request = { action: 'connection.create', objectType: 'Connection' } as const;
      const created = await change.run(actor, request, () => createConnection(actor, wanted));
      return {
        json: newTokenView(config, created, { scope, expiresAt, userId: undefined }),
        text: () => newTokenText(config, created, { scope, expiresAt, userId: undefined }),
      };
    });
  });
};
