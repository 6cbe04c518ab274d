import { verifyLicensing } from '../licensing/index.js';
import { historyCommands } from './history-commands.js';
import { table } from './output.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

/** `rollcall licensing verify | history | true-up` */
export const licensingCommands: Register = (group, session) => {
  siteCommand(
    group,
    'verify',
    'work out all access and seats from scratch and name what differs; other changes of access wait meanwhile',
  ).action((options: SiteOptions) =>
    session.answerInSite(options, async ({ database, config, site }) => {
      const differences = await verifyLicensing(database, site.id, config.licensing);
      const rows = differences.map(({ application, kind, subject, kept, expected }) => [
        application,
        kind,
        subject,
        kept ?? 'nothing',
        expected ?? 'nothing',
      ]);
      return {
        json: { differences },
        text: () =>
          table(
            ['APPLICATION', 'WHAT', 'OF', 'KEPT', 'SHOULD BE'],
            rows,
            'All access and seats are what they should be.',
          ),
        negative: differences.length > 0,
      };
    }),
  );

  historyCommands(group, session);
};
