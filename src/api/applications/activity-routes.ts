import { z } from 'zod';
import type { Config } from '../../config/index.js';
import type { AuthenticatedApplication } from '../../connections/index.js';
import type { Database } from '../../database/index.js';
import { type ActivityReport, reportActivity } from '../../licensing/index.js';
import { Problem } from '../problem.js';
import { type DeclaredProblem, type Route, route } from '../route.js';
import { keyParameter, userParameter } from './parameters.js';

export interface ActivityRouteDependencies {
  readonly database: Database;
  readonly activity: Config['activity'];
  readonly limits: Pick<Config['limits'], 'activityReports'>;
}

const time = z.iso
  .datetime({ offset: true })
  .describe('When the person last used the application. A time before the one that is kept changes nothing.');

const LOG = {
  notLogged: 'What was seen of somebody is no change, and it comes too often: one entry a click would bury the others.',
};

const IN_THE_FUTURE: DeclaredProblem = {
  status: 400,
  code: 'activity.in-the-future',
  description: 'A time lies ahead by more than ACTIVITY_SKEW_SECONDS; nothing was kept.',
};
const NO_APPLICATION: DeclaredProblem = {
  status: 404,
  code: 'application.not-found',
  description: 'The application was removed just now.',
};

/** What an application reports about when people use it, for unused seats to be found. */
export function activityRoutes({ database, activity, limits }: ActivityRouteDependencies): Route[] {
  const report = ({ siteId, applicationId: id }: AuthenticatedApplication, reports: readonly ActivityReport[]) =>
    reportActivity(database, { siteId, id }, reports, activity);
  const most = limits.activityReports;
  const reports = z
    .array(z.strictObject({ user: z.string().describe('An id or a userName.'), lastActiveAt: time }))
    .min(1)
    .max(most, { error: `at most ${most} reports in a request, the setting LIMIT_ACTIVITY_REPORTS` });

  const one = route({
    method: 'PUT',
    path: '/applications/{key}/users/{user}/activity',
    id: 'putActivity',
    tag: 'Activity',
    summary: 'Say when a person last used the application',
    description:
      'May be sent as often as it happens; times closer together than ACTIVITY_RESOLUTION_SECONDS count once.',
    permission: 'activity:write',
    log: LOG,
    params: z.strictObject({ key: keyParameter, user: userParameter }),
    query: z.strictObject({}),
    body: z.strictObject({ lastActiveAt: time }),
    output: null,
    status: 204,
    problems: [
      IN_THE_FUTURE,
      { status: 404, code: 'user.not-found', description: 'There is no such user.' },
      NO_APPLICATION,
    ],
    async run({ params, body }, { caller }) {
      const unknown = await report(caller, [{ user: params.user, lastActiveAt: new Date(body.lastActiveAt) }]);
      if (unknown.length > 0) throw new Problem(404, 'user.not-found', 'There is no such user.');
      return undefined;
    },
  });

  const many = route({
    method: 'POST',
    path: '/applications/{key}/activity',
    id: 'postActivity',
    tag: 'Activity',
    summary: 'Say when people last used the application',
    description: `Up to ${most} reports, the setting LIMIT_ACTIVITY_REPORTS. Users that are not there are named and passed over.`,
    permission: 'activity:write',
    log: LOG,
    params: z.strictObject({ key: keyParameter }),
    query: z.strictObject({}),
    body: z.strictObject({ reports }),
    output: z.strictObject({
      known: z.int().describe('How many reports were about users that are there.'),
      unknown: z.array(z.string()).describe('The `user` of all others, as it was sent.'),
    }),
    status: 200,
    problems: [IN_THE_FUTURE, NO_APPLICATION],
    async run({ body }, { caller }) {
      const sent = body.reports.map(({ user, lastActiveAt }) => ({ user, lastActiveAt: new Date(lastActiveAt) }));
      const unknown = await report(caller, sent);
      return { known: sent.length - unknown.length, unknown: unknown.map((index) => sent[index]?.user ?? '') };
    },
  });
  return [one, many];
}
