import { z } from 'zod';
import type { Administration } from '../../administration/index.js';
import type { LockingCommand } from '../../directory/index.js';
import {
  approveRun,
  cancelRun,
  isOver,
  listRunItems,
  listRuns,
  type Run,
  type RunKey,
  readGoogleConnection,
  readRun,
  rejectRun,
  runOutlook,
  startRun,
} from '../../google/index.js';
import { type PageLimits, pageOf, pageQuery, pageSchema } from '../paging.js';
import { eventRoute, type Route, route } from '../route.js';
import { nothing, problem } from '../shared/schemas.js';
import { NO_CONNECTION, params as ofConnection, TAG } from './google-connection-routes.js';
import { item, itemKind, itemState, run, runView } from './google-schemas.js';

const ofRun = z.strictObject({ run: z.string().describe('The id of a run.') });
const NO_RUN = problem(404, 'google.run-not-found', 'There is no such run.');
const NOT_WAITING = problem(409, 'google.run-not-waiting', 'Nothing waits in the run: it was decided, or is too old.');

const LOOK_MILLISECONDS = 500;

/** After that a client has to come again, with a token that is good by then. */
const LONGEST_MILLISECONDS = 600_000;

/** Runs of the Google sync. */
export function googleRunRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/google/connections/{connection}/runs',
      id: 'listGoogleRuns',
      tag: TAG,
      summary: 'The runs of a connection',
      description: 'The newest first.',
      permission: 'google:read',
      log: null,
      params: ofConnection,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(run),
      status: 200,
      problems: [NO_CONNECTION],
      async run({ params: { connection: name }, query }, { administration }) {
        const { database, site } = administration;
        const { id } = await readGoogleConnection(database, site.id, name);
        const page = await pageOf(
          administration,
          { list: ['google-runs', id], query, position: z.uuid() },
          (before, limit) => listRuns(database, site.id, id, limit, before),
          (one) => one.id,
        );
        return { ...page, items: page.items.map(view) };
      },
    }),

    route({
      method: 'POST',
      path: '/google/connections/{connection}/runs',
      id: 'startGoogleRun',
      tag: TAG,
      summary: 'Ask for a run',
      description:
        'It begins within a second or two, after those before it. One that waits for its turn is not asked for twice.',
      permission: 'google:write',
      log: 'google.sync',
      params: ofConnection,
      query: nothing,
      body: z.strictObject({
        kind: z.enum(['sync', 'plan']).describe('`plan`: work out what would change, and change nothing.'),
      }),
      output: run,
      status: 201,
      problems: [
        NO_CONNECTION,
        problem(409, 'google.connection-stopped', 'The connection is paused or needs attention.'),
      ],
      run: ({ params: { connection: name }, body: { kind } }, { administration }) =>
        decide(administration, `google.${kind}`, () => startRun(administration.actor, name, kind)),
    }),

    route({
      method: 'GET',
      path: '/google/runs/{run}',
      id: 'getGoogleRun',
      tag: TAG,
      summary: 'A run: how far it is, what it found, what it means for licences, what waits',
      description: 'What it does object by object is below it.',
      permission: 'google:read',
      log: null,
      params: ofRun,
      query: nothing,
      body: null,
      output: run,
      status: 200,
      problems: [NO_RUN],
      run: async ({ params: { run: id } }, { administration: { database, site } }) =>
        view(await readRun(database, site.id, id)),
    }),

    route({
      method: 'GET',
      path: '/google/runs/{run}/items',
      id: 'listGoogleRunItems',
      tag: TAG,
      summary: 'What a run changes, object by object, and what became of it',
      description: 'In the order in which it was planned.',
      permission: 'google:read',
      log: null,
      params: ofRun,
      query: z.strictObject({
        state: itemState.optional(),
        kind: itemKind.optional(),
        action: z.string().optional().describe('create, update, deactivate, delete, add, remove …'),
        ...pageQuery(limits),
      }),
      body: null,
      output: pageSchema(item),
      status: 200,
      problems: [NO_RUN],
      async run({ params: { run: id }, query }, { administration }) {
        const { database, site } = administration;
        const { state, kind, action } = query;
        const found = await readRun(database, site.id, id);
        return pageOf(
          administration,
          { list: ['google-items', found.id], query, position: z.int() },
          (after, limit) => listRunItems(database, found, { state, kind, action, after, limit }),
          ({ sequence }) => sequence,
        );
      },
    }),

    eventRoute({
      path: '/google/runs/{run}/events',
      id: 'followGoogleRun',
      tag: TAG,
      summary: 'A run as it goes on, until it is over',
      description:
        'Server-sent events: the run, whenever it differs from the one before. It ends after ten minutes at most; a client ' +
        'comes again where the state of the run was not a last one.',
      permission: 'google:read',
      params: ofRun,
      query: nothing,
      output: run,
      problems: [NO_RUN],
      async run({ params: { run: id } }, { administration: { database, site } }) {
        const first = await readRun(database, site.id, id);
        return follow(first, () => readRun(database, site.id, id));
      },
    }),

    route({
      method: 'POST',
      path: '/google/runs/{run}/approve',
      id: 'approveGoogleRun',
      tag: TAG,
      summary: 'Apply what waits in a run, and exactly that',
      description: 'Once. It is applied within a second or two.',
      permission: 'google:write',
      log: 'google.approve',
      params: ofRun,
      query: nothing,
      body: z.strictObject({ planHash: z.string().describe('Of the plan that was looked at.') }),
      output: run,
      status: 200,
      problems: [
        NO_RUN,
        NOT_WAITING,
        problem(409, 'google.approval-expired', 'The plan is too old.'),
        problem(409, 'google.other-plan', 'The run waits with another plan.'),
        problem(409, 'google.busy', 'Another run of the connection is at work.'),
      ],
      run: ({ params: { run: id }, body: { planHash } }, { administration }) =>
        decide(administration, 'google.approve', () => approveRun(administration.actor, id, planHash)),
    }),

    ...(
      [
        ['reject', 'Drop what waits in a run', 'The next run plans it anew.', rejectRun, NOT_WAITING],
        [
          ...(['cancel', 'Stop a run', 'What it has applied by then stays.', cancelRun] as const),
          problem(409, 'google.run-over', 'There is nothing to stop.'),
        ],
      ] as const
    ).map(([name, summary, description, command, refused]) =>
      route({
        method: 'POST',
        path: `/google/runs/{run}/${name}`,
        id: `${name}GoogleRun`,
        tag: TAG,
        summary,
        description,
        permission: 'google:write',
        log: `google.${name}`,
        params: ofRun,
        query: nothing,
        body: nothing,
        output: run,
        status: 200,
        problems: [NO_RUN, refused],
        run: ({ params: { run: id } }, { administration }) =>
          decide(administration, `google.${name}`, () => command(administration.actor, id)),
      }),
    ),
  ];
}

function view(one: Run) {
  return runView(one, runOutlook(one, new Date()));
}

async function decide(
  { change, actor, database }: Administration,
  action: string,
  command: () => LockingCommand<RunKey>,
) {
  const { siteId, id } = await change.run(actor, { action, objectType: 'Connection' }, command);
  return view(await readRun(database, siteId, id));
}

async function* follow(first: Run, read: () => Promise<Run>) {
  const until = Date.now() + LONGEST_MILLISECONDS;
  let told = '';
  for (let now = first; ; now = await read()) {
    const shown = view(now);
    const text = JSON.stringify(shown);
    yield text === told ? undefined : shown;
    told = text;
    if (isOver(now.state) || Date.now() > until) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}
