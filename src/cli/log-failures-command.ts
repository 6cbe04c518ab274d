import { connectionNames } from '../administration/index.js';
import { type FailureCause, failureCauses } from '../log/index.js';
import { type LogFilterOptions, logFilter, withLogFilterOptions } from './log-filter-options.js';
import { table } from './output.js';
import { parseCount } from './parse-number.js';
import { type Register, siteCommand } from './session.js';

interface FailuresOptions extends LogFilterOptions {
  readonly limit: number;
}

/** `rollcall log failures` */
export const logFailuresCommand: Register = (group, session) => {
  withLogFilterOptions(siteCommand(group, 'failures', 'what went wrong, by cause, the most frequent first'))
    .option('--limit <number>', 'how many causes at most', parseCount(1000), 50)
    .action((options: FailuresOptions) =>
      session.answerInSite(options, async (services) => {
        const found = await failureCauses(services.database, await logFilter(services, options), options.limit);
        const nameOf = await connectionNames(services);
        const causes = found.map((cause) => ({ ...cause, connection: nameOf(cause.connectionId) }));
        return { json: { causes }, text: () => causeTable(causes) };
      }),
    );
};

function causeTable(causes: readonly (FailureCause & { readonly connection: string | null })[]): string {
  const rows = causes.map(({ count, errorCode, action, connection, source, lastAt, advice }) => [
    count,
    errorCode,
    action,
    connection ?? source,
    lastAt,
    advice,
  ]);
  return table(['TIMES', 'CAUSE', 'ACTION', 'BY', 'LAST', 'WHAT TO DO'], rows, 'Nothing failed.');
}
