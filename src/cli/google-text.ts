import type { GoogleConnection, GoogleSettings, SourceState, Standing } from '../google/index.js';
import { count, fields, table, time } from './output.js';

/** A connection with how it stands with its runs. */
export type ShownConnection = GoogleConnection &
  Pick<Standing, 'last' | 'completeAt' | 'failures' | 'staleSince' | 'waitingRunId' | 'nextRunAt'>;

/** What came of the last runs, and when the next one is. */
export function standingFields(connection: ShownConnection): string {
  const { last, completeAt, failures, staleSince, waitingRunId } = connection;
  return fields({
    'Last run': last === null ? 'none yet' : `${last.state}, asked for ${time(last.requestedAt)}, ${last.id}`,
    ...(last?.error == null ? {} : { Error: `${last.error.code}: ${last.error.text}` }),
    'Read whole': completeAt === null ? 'never yet' : time(completeAt),
    ...(failures === 0 ? {} : { 'Failed since': count(failures, 'run') }),
    ...(staleSince === null ? {} : { Stale: `since ${time(staleSince)}` }),
    ...(waitingRunId === null ? {} : { 'Waits for an approval': waitingRunId }),
    'Next run': nextText(connection),
  });
}

/** What is heard of changes between runs, as far as it was tried; nothing where it was not. */
export function sourceFields({ sources }: { readonly sources: readonly SourceState[] }): string {
  if (sources.length === 0) return '';
  const rows = sources.map(({ source, goodAt, reason }): [string, string] => [
    SOURCE_NAMES[source],
    reason === null ? `read ${goodAt === null ? 'never yet' : time(goodAt)}` : `off, ${reason.code}: ${reason.text}`,
  ]);
  return `\n${fields(Object.fromEntries(rows))}`;
}

const SOURCE_NAMES: Readonly<Record<SourceState['source'], string>> = {
  admin: 'Reports',
  groups_enterprise: 'Reports of group owners',
  'users.watch': 'Notifications',
};

function nextText({ nextRunAt, state, name }: ShownConnection): string {
  if (nextRunAt !== null) return nextRunAt.getTime() <= Date.now() ? 'now' : time(nextRunAt);
  return `none, it is ${state}: rollcall google resume ${name}`;
}

/** Everything about a connection that may be shown; it never holds a credential. */
export function googleFields(connection: GoogleConnection): string {
  const { id, name, serviceAccount, keyId, keyless, subject, settings, intervalMinutes } = connection;
  const { state, reason, stateSince, createdAt } = connection;
  return fields({
    Id: id,
    Name: name,
    State: `${state} since ${time(stateSince)}`,
    ...(reason === null ? {} : { Reason: `${reason.code}: ${reason.text}` }),
    Reads: workspaceText(connection),
    'Service account': serviceAccount,
    Credential: keyless === null ? `key ${keyId ?? '(without an id)'}` : `keyless ${keyless}`,
    'Acts for': subject ?? 'itself, by an admin role of its own',
    Interval: count(intervalMinutes, 'minute'),
    Selection: selectionText(settings.selection),
    'Existing users': settings.link === 'link' ? 'are linked by their address' : 'wait for an administrator',
    'Made again': settings.recreated === 'relink' ? 'the same user' : 'another user',
    Suspended: settings.onSuspended,
    Archived: settings.onArchived,
    Deleted: settings.onDeleted,
    Absent: `${settings.onAbsent}, after ${count(settings.graceHours, 'hour')} and ${count(settings.confirmationRuns, 'run')}`,
    'Absent groups': settings.onGroupAbsent,
    Erased: settings.deleteAfterDays === null ? 'never' : `${count(settings.deleteAfterDays, 'day')} after that`,
    ...Object.fromEntries(
      Object.entries(settings.limits).map(([kind, { percent, count: most, minimumBase }]) => [
        `Limit of ${kind}`,
        `${percent} % of at least ${minimumBase}, ${most} at most`,
      ]),
    ),
    Reports:
      settings.reportsMinutes === 0 ? 'not looked at' : `looked at every ${count(settings.reportsMinutes, 'minute')}`,
    Notifications: settings.notifications ? 'where Google can reach the server' : 'none',
    Approval: `within ${count(settings.approvalHours, 'hour')}`,
    Requests:
      settings.requestsPerMinute === null ? 'GOOGLE_REQUESTS_PER_MINUTE' : `${settings.requestsPerMinute} a minute`,
    Mapping: Object.keys(settings.mapping).length === 0 ? 'the default' : settings.mapping,
    'Takes from others': settings.takes.length === 0 ? 'nothing' : settings.takes.join(', '),
    Created: time(createdAt),
  });
}

export function googleTable(connections: readonly ShownConnection[]): string {
  const rows = connections.map((connection) => [
    connection.name,
    connection.state,
    workspaceText(connection),
    connection.serviceAccount,
    connection.subject ?? '-',
    connection.last?.state ?? '-',
    connection.completeAt,
    connection.intervalMinutes,
    connection.nextRunAt === null ? '-' : nextText(connection),
    connection.staleSince === null ? '-' : 'yes',
    connection.reason?.code ?? '-',
  ]);
  const headings = [
    ...['NAME', 'STATE', 'READS', 'SERVICE ACCOUNT', 'ACTS FOR'],
    ...['LAST RUN', 'READ WHOLE', 'MINUTES', 'NEXT RUN', 'STALE', 'REASON'],
  ];
  return table(headings, rows, 'There is no Google connection.');
}

function workspaceText({ customer, domain }: GoogleConnection): string {
  return domain === null ? `customer ${customer}` : `domain ${domain}`;
}

function selectionText(selection: GoogleSettings['selection']): string {
  if (selection.mode === 'all') return 'every user and every group';
  const { orgUnits, groupIds, groupRules, nested, onlyMembers } = selection;
  const units = orgUnits.map(({ path, scope }) => (scope === 'exact' ? `${path} alone` : path));
  const rules = groupRules.map(({ field, prefix }) => `${field} ${prefix}…`);
  const groups = [...groupIds, ...rules];
  return [
    units.length === 0 ? 'all units' : `units ${units.join(', ')}`,
    groups.length === 0 ? 'all groups' : `groups ${groups.join(', ')}${nested ? ' and those within' : ''}`,
    ...(groups.length > 0 ? [onlyMembers ? 'only their members' : 'other users too'] : []),
  ].join('; ');
}
