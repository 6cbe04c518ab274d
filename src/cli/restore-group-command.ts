import { requireDeletedGroup } from '../administration/index.js';
import { restoreGroup } from '../directory/index.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

/** `rollcall group restore` */
export const restoreGroupCommand: Register = (group, session) => {
  siteCommand(group, 'restore', 'bring a group back that is scheduled for deletion, with its members and grants')
    .argument('<id|name>')
    .action((idOrName: string, options: SiteOptions) =>
      session.answerInSite(options, async (services) => {
        const { change, actor } = services;
        const { id, displayName } = await requireDeletedGroup(services, idOrName);
        const request = { action: 'group.restore', objectType: 'Group', objectId: id } as const;
        await change.run(actor, request, () => restoreGroup(actor, id));
        return { json: { id, displayName }, text: () => `The group "${displayName}" is back.` };
      }),
    );
};
