import { allowRemovals } from '../connections/index.js';
import { time } from './output.js';
import { parseDuration } from './parse-duration.js';
import { parseCount } from './parse-number.js';
import { type Register, type SiteOptions, siteCommand } from './session.js';

interface Options extends SiteOptions {
  readonly for: number;
  readonly count?: number;
}

/** `rollcall connection allow-removals` */
export const allowRemovalsCommand: Register = (group, session) => {
  siteCommand(group, 'allow-removals', 'let a connection remove more than its limit for a while')
    .argument('<name>')
    .requiredOption('--for <duration>', 'for how long, such as 1h', parseDuration)
    .option('--count <number>', 'how many people; any number unless it is said', parseCount(100_000_000))
    .action((name: string, options: Options) =>
      session.answerInSite(options, async ({ change, actor }) => {
        const wanted = { until: new Date(Date.now() + options.for), people: options.count ?? null };
        const request = { action: 'connection.allow-removals', objectType: 'Connection' } as const;
        await change.run(actor, request, () => allowRemovals(actor, name, wanted));
        const most = wanted.people === null ? 'as many people as it wants' : `${wanted.people} more people`;
        return {
          json: { name, ...wanted },
          text: () => `${name} may remove ${most} until ${time(wanted.until)}.`,
        };
      }),
    );
};
