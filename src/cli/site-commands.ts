import { createSite, listSites } from '../directory/index.js';
import { fields, table } from './output.js';
import { type CommonOptions, command, type Register, requireMigrated } from './session.js';

/** `rollcall site create | list` */
export const siteCommands: Register = (group, session) => {
  command(group, 'create', 'create a site')
    .argument('<key>', 'lower-case letters, digits and hyphens')
    .option('--name <name>', 'what people call it; the key without it')
    .action((key: string, options: CommonOptions & { name?: string }) =>
      session.answer(options, async (services) => {
        await requireMigrated(services);
        const site = await createSite(services.database, key, options.name ?? key);
        return { json: site, text: () => fields({ Key: site.key, Name: site.name }) };
      }),
    );

  command(group, 'list', 'list the sites').action((options: CommonOptions) =>
    session.answer(options, async (services) => {
      await requireMigrated(services);
      const sites = await listSites(services.database);
      return {
        json: sites,
        text: () =>
          table(
            ['KEY', 'NAME', 'CREATED'],
            sites.map((site) => [site.key, site.name, site.createdAt]),
            'There is no site.',
          ),
      };
    }),
  );
};
