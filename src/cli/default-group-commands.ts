import { requireGroup, requireRole } from '../administration/index.js';
import { addDefaultGroup, findApplication, removeDefaultGroup } from '../licensing/index.js';
import { table } from './output.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

interface Options extends SiteOptions {
  readonly application: string;
  readonly role: string;
  readonly group: string;
}

/** `rollcall default-group add | remove | list` */
export const defaultGroupCommands: Register = (group, session) => {
  for (const [name, description, command] of [
    ['add', 'put people who are given a role into a group; the group gets the role', addDefaultGroup],
    ['remove', 'no longer do so; the group and what it gives stay', removeDefaultGroup],
  ] as const) {
    siteCommand(group, name, description)
      .requiredOption('--application <key>', 'the application')
      .requiredOption('--role <key>', 'one of its roles')
      .requiredOption('--group <id|name>', 'the group')
      .action((options: Options) =>
        session.answerInSite(options, async (services) => {
          const { database, change, actor, site } = services;
          const role = await requireRole(services, options.application, options.role);
          const { id, displayName } = await requireGroup(services, options.group);
          const request = { action: `default-group.${name}`, objectType: 'Application', objectId: role.id } as const;
          await change.run(actor, request, () => command(actor, role.id, id));
          const { defaultGroups } = await findApplication(database, site.id, options.application);
          const done = name === 'add' ? 'is a default group' : 'is no default group any more';
          return {
            json: defaultGroups,
            text: () => `${displayName} ${done} of the role ${role.key} of ${options.application}.`,
          };
        }),
      );
  }

  siteCommand(group, 'list', 'list the default groups of an application')
    .requiredOption('--application <key>', 'the application')
    .action((options: Options) =>
      session.answerInSite(options, async ({ database, site }) => {
        const { defaultGroups } = await findApplication(database, site.id, options.application);
        const rows = defaultGroups.map(({ role, groupName, groupId }) => [role, groupName, groupId]);
        return { json: defaultGroups, text: () => table(['ROLE', 'GROUP', 'ID'], rows, 'It has no default group.') };
      }),
    );
};
