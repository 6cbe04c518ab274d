import { badRequest, invalid } from '../http/answer.ts';
import type { Activity } from '../state/activities.ts';
import type { JsonObject } from '../state/json.ts';
import { requireCustomer } from './customer.ts';
import { listEtag } from './etag.ts';
import type { ApiRequest, Listing, Route, World } from './route.ts';
import { sortedBy, takePage } from './take-page.ts';

/** How far back reports go. */
const KEPT = 180 * 86_400_000;
const APPLICATIONS = ['admin', 'groups_enterprise'];
/** Parameters that make a request count as a filtered one; the second row is not emulated. */
const FILTERS = ['actorIpAddress', 'eventName', 'filters'];
const NOT_EMULATED = ['orgUnitID', 'groupIdFilter'];

export const reportRoutes: readonly Route[] = [
  {
    api: 'activities.list',
    method: 'GET',
    path: '/admin/reports/v1/activity/users/{userKey}/applications/{applicationName}',
    area: 'reports',
    paging: { default: 1_000, max: 1_000, limited: false },
    answer: (request, world) => ({ list: listActivities(request, world) }),
  },
];

function listActivities(request: ApiRequest, world: World): Listing {
  const { params, query, walk, pageSize, caller } = request;
  const { quota, activities, directory } = world;
  if (!APPLICATIONS.includes(params.applicationName ?? '')) throw invalid('applicationName');
  for (const name of NOT_EMULATED) if (query.has(name)) throw badRequest(`${name} is not emulated`);
  const customer = query.get('customerId');
  if (customer !== null) requireCustomer(customer, request, world);
  if (params.userKey !== 'all' || FILTERS.some((name) => query.has(name))) {
    quota.takeFilteredReport(caller.subject ?? caller.serviceAccount);
  }
  // Newest first. The qualifier keeps apart what happened in one millisecond.
  const key = ({ time, uniqueQualifier }: Activity) => `${String(time).padStart(15, '0')} ${uniqueQualifier}`;
  const shown = activities.all.filter(selection(request, world));
  const { items: all, start } = sortedBy(shown, key, true, walk?.after);
  const { items, more } = takePage(all, start, pageSize);
  const last = items.at(-1);
  return {
    kind: 'reports#activities',
    collection: 'items',
    items: items.map((activity) => activityJson(activity, directory.customerId)),
    next: more && last ? key(last) : undefined,
  };
}

function selection({ params, query }: ApiRequest, world: World): (activity: Activity) => boolean {
  const now = world.clock.now();
  const from = Math.max(timeOf(query, 'startTime') ?? 0, now - KEPT);
  const to = timeOf(query, 'endTime') ?? now;
  if (from > to) throw badRequest('The start time should be less than or equal to the end time');
  const eventName = query.get('eventName');
  const matches = filterOf(query.get('filters'));
  const address = query.get('actorIpAddress');
  return (activity) =>
    activity.application === params.applicationName &&
    activity.time >= from &&
    activity.time <= to &&
    activity.time + activity.delay + world.settings.reportLag <= now &&
    (params.userKey === 'all' || params.userKey === activity.actor) &&
    (eventName === null || eventName === activity.name) &&
    (address === null || address === ADDRESS) &&
    matches(activity);
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time) || !text.includes('T')) throw badRequest(`Invalid value for: ${name} ${text}`);
  return time;
}

/** `NAME==value,OTHER<>value`, joined by AND. */
function filterOf(text: string | null): (activity: Activity) => boolean {
  const tests = (text?.split(',') ?? []).map((part) => {
    const [, name = '', operator, value] = /^(\w+)(==|<>)(.*)$/.exec(part) ?? [];
    if (operator === undefined) throw invalid('filters');
    return ({ parameters }: Activity) => (parameters[name] === value) === (operator === '==');
  });
  return (activity) => tests.every((test) => test(activity));
}

const ADDRESS = '192.0.2.1';

function activityJson(activity: Activity, customerId: string): JsonObject {
  const { time, uniqueQualifier, application, actor, type, name, parameters } = activity;
  return {
    kind: 'admin#reports#activity',
    etag: listEtag(customerId, [uniqueQualifier], false),
    id: { time: new Date(time).toISOString(), uniqueQualifier, applicationName: application, customerId },
    actor: { callerType: 'USER', email: actor, profileId: '1' },
    ipAddress: ADDRESS,
    events: [{ type, name, parameters: Object.entries(parameters).map(([key, value]) => ({ name: key, value })) }],
  };
}
