import { z } from 'zod';
import { type Administration, connectionNames, requireConnection, requireUser } from '../../administration/index.js';
import { isObjectId } from '../../directory/index.js';
import { failureCauses, type LogFilter, listLog } from '../../log/index.js';
import { type PageLimits, pageOf, pageQuery, pageSchema } from '../paging.js';
import { type Route, route } from '../route.js';
import { moment, NO_USER, nothing, problem } from '../shared/schemas.js';

const outcome = z.enum(['success', 'failure', 'skipped', 'waiting']);

const entry = z
  .strictObject({
    id: z.uuid(),
    at: moment,
    source: z.string().describe('`scim`, `google`, `portal`, `api`, `cli` or `system`.'),
    connection: z.string().nullable(),
    connectionId: z.uuid().nullable(),
    apiTokenId: z.uuid().nullable(),
    action: z.string(),
    objectType: z.string(),
    objectId: z.uuid().nullable(),
    outcome,
    errorCode: z.string().nullable(),
    steps: z.array(z.strictObject({ step: z.string(), result: z.string() })),
    changed: z.array(z.string()).describe('Names of the attributes that changed.'),
    personal: z
      .looseObject({
        name: z.string().optional(),
        byUser: z.string().optional(),
        changes: z
          .array(z.looseObject({ attribute: z.string(), old: z.unknown().optional(), new: z.unknown().optional() }))
          .optional(),
        advice: z.string().optional(),
      })
      .nullable()
      .describe('Names and values; null once the person was erased.'),
    correlationId: z.string(),
    durationMicroseconds: z.int(),
    subjects: z
      .array(z.strictObject({ kind: z.string(), id: z.uuid(), effect: z.string() }))
      .describe('Whom it touched besides; the first 100.'),
    subjectCount: z.int(),
  })
  .meta({ title: 'LogEntry' });

const filterQuery = {
  subject: z
    .string()
    .optional()
    .describe('About this user, group or other object, by id or userName; deleted ones by their id.'),
  outcome: outcome.optional(),
  action: z.string().optional().describe('Such as user.create.'),
  source: z.enum(['scim', 'google', 'portal', 'api', 'cli', 'system']).optional(),
  connection: z.string().optional().describe('That came from this connection, by id or name.'),
  apiToken: z.uuid().optional().describe('That this API token did.'),
  changed: z.string().optional().describe('That changed this attribute.'),
  correlationId: z.string().optional().describe('Of one request, or one run of a sync.'),
  since: z.iso.datetime({ offset: true }).optional().describe('From this moment on.'),
  until: z.iso.datetime({ offset: true }).optional().describe('Before this moment.'),
};

const { outcome: _outcome, ...failureQuery } = filterQuery;

const cause = z
  .strictObject({
    errorCode: z.string(),
    action: z.string(),
    source: z.string(),
    connection: z.string().nullable(),
    connectionId: z.uuid().nullable(),
    count: z.int(),
    firstAt: moment,
    lastAt: moment,
    advice: z.string().nullable(),
    lastEntryId: z.uuid(),
  })
  .meta({ title: 'FailureCause' });

type FilterQuery = z.output<z.ZodObject<typeof filterQuery>>;

async function filterOf(query: Partial<FilterQuery>, administration: Administration): Promise<LogFilter> {
  const { subject, connection, outcome, action, source, apiToken, changed, correlationId, since, until } = query;
  return {
    siteId: administration.site.id,
    subjectId: subject === undefined || isObjectId(subject) ? subject : (await requireUser(administration, subject)).id,
    connectionId: connection === undefined ? undefined : (await requireConnection(administration, connection)).id,
    apiTokenId: apiToken,
    ...{ outcome, action, source, changed, correlationId },
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
  };
}

/** What happened in the site. */
export function logRoutes({ limits }: { readonly limits: PageLimits }): Route[] {
  return [
    route({
      method: 'GET',
      path: '/log',
      id: 'listLog',
      tag: 'Log',
      summary: 'Entries of the provisioning log, the newest first',
      description: 'One entry a change or refusal, with what was before and after.',
      permission: 'log:read',
      log: null,
      params: nothing,
      query: z.strictObject({
        ...filterQuery,
        ...pageQuery(limits),
      }),
      body: null,
      output: pageSchema(entry),
      status: 200,
      problems: [NO_USER, problem(404, 'connection.not-found', 'There is no such connection.')],
      async run({ query }, { administration }) {
        const { database } = administration;
        const filter = await filterOf(query, administration);
        const nameOf = await connectionNames(administration);
        const page = await pageOf(
          administration,
          { list: ['log'], query, position: z.strictObject({ at: z.coerce.date(), id: z.uuid() }) },
          (before, limit) => listLog(database, { ...filter, before, limit }),
          ({ at, id }) => ({ at, id }),
        );
        return { ...page, items: page.items.map((one) => ({ ...one, connection: nameOf(one.connectionId) })) };
      },
    }),
    route({
      method: 'GET',
      path: '/log/failures',
      id: 'listFailures',
      tag: 'Log',
      summary: 'What went wrong, by cause, the most frequent first',
      description: 'The advice is that of the latest failure of a cause.',
      permission: 'log:read',
      log: null,
      params: nothing,
      query: z.strictObject({ ...failureQuery, limit: z.coerce.number().int().min(1).max(1000).default(100) }),
      body: null,
      output: z.strictObject({ causes: z.array(cause) }),
      status: 200,
      problems: [NO_USER, problem(404, 'connection.not-found', 'There is no such connection.')],
      async run({ query }, { administration }) {
        const { limit, ...asked } = query;
        const causes = await failureCauses(administration.database, await filterOf(asked, administration), limit);
        const nameOf = await connectionNames(administration);
        return { causes: causes.map((one) => ({ ...one, connection: nameOf(one.connectionId) })) };
      },
    }),
  ];
}
