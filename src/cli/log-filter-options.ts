import { type Command, InvalidArgumentError, Option } from 'commander';
import { requireConnection, requireUser } from '../administration/index.js';
import { isObjectId, type Source } from '../directory/index.js';
import type { LogFilter, Outcome } from '../log/index.js';
import { parseMoment } from './parse-moment.js';
import type { SiteOptions, SiteServices } from './session.js';

/** Which entries of the log a command is about. */
export interface LogFilterOptions extends SiteOptions {
  readonly subject?: string;
  readonly outcome?: Outcome;
  readonly action?: string;
  readonly source?: Source;
  readonly connection?: string;
  readonly apiToken?: string;
  readonly changed?: string;
  readonly correlation?: string;
  readonly since?: Date;
  readonly until?: Date;
}

export function withLogFilterOptions(command: Command): Command {
  return command
    .option('--subject <id|userName>', 'about this user, group or other object; deleted ones by their id')
    .addOption(
      new Option('--outcome <outcome>', 'that ended like this').choices(['success', 'failure', 'skipped', 'waiting']),
    )
    .option('--action <action>', 'such as user.create')
    .addOption(
      new Option('--source <source>', 'that came from there').choices([
        'scim',
        'google',
        'portal',
        'api',
        'cli',
        'system',
      ]),
    )
    .option('--connection <name>', 'that came from this connection')
    .option('--api-token <id>', 'that this API token did', parseId)
    .option('--changed <attribute>', 'that changed this attribute')
    .option('--correlation <id>', 'of one request, or one run of a sync')
    .option('--since <moment>', 'from this day or time on', parseTime)
    .option('--until <moment>', 'before this day or time', parseTime);
}

/** @throws RollcallError `user.not-found`, `connection.not-found` */
export async function logFilter(services: SiteServices, options: LogFilterOptions): Promise<LogFilter> {
  const { subject, connection, action, outcome, source, apiToken, changed, correlation, since, until } = options;
  return {
    siteId: services.site.id,
    subjectId: subject === undefined || isObjectId(subject) ? subject : (await requireUser(services, subject)).id,
    connectionId: connection === undefined ? undefined : (await requireConnection(services, connection)).id,
    apiTokenId: apiToken,
    correlationId: correlation,
    ...{ action, outcome, source, changed, since, until },
  };
}

function parseId(text: string): string {
  if (isObjectId(text)) return text;
  throw new InvalidArgumentError('Write the id of a token: api-token list shows them.');
}

function parseTime(text: string): Date {
  const moment = parseMoment(text);
  if (moment !== null) return moment;
  throw new InvalidArgumentError('Write a day such as 2027-01-31, or a time such as 2027-01-31T18:00:00Z.');
}
