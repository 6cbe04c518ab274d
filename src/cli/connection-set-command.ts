import { requireConnection } from '../administration/index.js';
import { updateConnection } from '../connections/index.js';
import { connectionFields, connectionJson } from './connection-views.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';
import { givenSettings, type SettingOptions, withSettingOptions } from './setting-options.js';
import { judged } from './suggestions.js';
import { UsageError } from './usage-error.js';

interface Options extends SiteOptions, SettingOptions {}

/** `rollcall connection set` */
export const setCommand: Register = (group, session) => {
  const set = siteCommand(group, 'set', 'change the profile and other settings of a connection').argument('<name>');
  withSettingOptions(set).action(async (name: string, options: Options) => {
    const settings = await givenSettings(options);
    if (Object.keys(settings).length === 0) throw new UsageError('say what to change, for example --profile generic');
    await session.answerInSite(options, async (services) => {
      const { config, change, actor } = services;
      const request = { action: 'connection.update', objectType: 'Connection' } as const;
      await change.run(actor, request, () => updateConnection(actor, name, settings));
      const connection = await judged(await requireConnection(services, name));
      return {
        json: connectionJson(config, connection),
        text: () => connectionFields(config, connection),
      };
    });
  });
};
