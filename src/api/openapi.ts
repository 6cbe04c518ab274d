import type { z } from 'zod';
import { APPLICATION_SCOPES } from '../connections/index.js';
import { PREFIX } from './match-route.js';
import { answerSchema, type Json, schemaOf, titledSchemas } from './openapi-schemas.js';
import { problemSchema } from './problem.js';
import { type DeclaredProblem, isKeyed, type Route } from './route.js';

export interface OpenApiDocument {
  readonly [part: string]: unknown;
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Record<string, Record<string, Json>>;
}

const PROBLEM_TYPE = 'application/problem+json';
const PROBLEM = { $ref: '#/components/schemas/Problem' };

const problem = (status: number, code: string, description: string): DeclaredProblem => ({ status, code, description });

const RETRY = 'Retry-After says when to come again.';

/** What any route can answer. */
const ANYWHERE: readonly DeclaredProblem[] = [
  problem(400, 'request.invalid', 'The request is not what the schemas say; `errors` names where.'),
  problem(400, 'request.url', 'The URL is not valid percent-encoded UTF-8.'),
  problem(500, 'internal', 'The server failed.'),
  problem(503, 'database.unavailable', `The database is away; ${RETRY}`),
  problem(503, 'database.busy', `Others have the same rows in hand; ${RETRY}`),
  problem(503, 'database.too-slow', `The database took too long; ${RETRY}`),
];

/** What any route can answer that needs a token. */
const WITH_TOKEN: readonly DeclaredProblem[] = [
  problem(401, 'token.missing', 'There is no bearer token.'),
  problem(401, 'token.invalid', 'The token is unknown, expired or revoked.'),
  problem(403, 'token.scope', 'The token lacks the scope.'),
  problem(429, 'limit.requests', `More requests come than LIMIT_REQUESTS_PER_SECOND allows; ${RETRY}`),
  problem(429, 'limit.failed-authentications', `Too many refused tokens came from this address; ${RETRY}`),
];

/** What any change can answer that needs no token. */
const WITHOUT_TOKEN = [
  problem(
    429,
    'limit.public-requests',
    `More requests come from this address than LIMIT_PUBLIC_REQUESTS allows; ${RETRY}`,
  ),
];

/** What any route of applications themselves can answer. */
const OF_APPLICATION = [problem(403, 'token.other-application', 'The token is of another application.')];

const WITH_CURSOR = [problem(400, 'request.cursor', 'The cursor is not one of this list with these parameters.')];

/** What any change can answer. */
const CHANGING = [problem(503, 'change.busy', `Others change the same all the time; ${RETRY}`)];

const CONDITIONAL = [problem(412, 'request.stale', 'If-Match: it has changed since.')];

const UNCONDITIONAL = [problem(400, 'request.precondition', 'There is an If-Match, which means nothing here.')];

const WITH_KEY = [
  problem(400, 'idempotency.key', 'The Idempotency-Key is not 1 to 255 visible ASCII characters.'),
  problem(409, 'idempotency.other-request', 'The Idempotency-Key was used for another request.'),
  problem(409, 'idempotency.in-progress', `The first request with the key is under way; ${RETRY}`),
  problem(409, 'idempotency.answer-lost', 'The first request with the key was carried out and its answer is lost.'),
];

const WITH_EVENTS = [problem(503, 'limit.event-streams', `As many as LIMIT_EVENT_STREAMS are open; ${RETRY}`)];

const WITH_BODY: readonly DeclaredProblem[] = [
  problem(400, 'request.not-json', 'The body is no JSON, or over LIMIT_BODY_DEPTH or LIMIT_BODY_ATTRIBUTES.'),
  problem(413, 'request.too-large', 'The body is longer than LIMIT_BODY_BYTES.'),
  problem(415, 'request.media-type', 'The body is not declared as application/json.'),
];

/** Describes the routes as an OpenAPI 3.1 document, whose schemas are JSON Schema 2020-12 as zod writes it. */
export function describeRoutes(routes: readonly Route[], publicUrl: string): OpenApiDocument {
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Rollcall API',
      version: '1',
      description:
        'What applications ask Rollcall and tell it, and everything that administrators do. Every error is a problem ' +
        'document (RFC 9457).',
    },
    servers: [{ url: `${publicUrl}${PREFIX}` }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { ...titledSchemas(routes.map(({ output }) => output)), Problem: schemaOf(problemSchema, 'output') },
      securitySchemes: {
        application: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of the application: rollcall application token create KEY',
        },
        administrator: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API token of the site: rollcall api-token create --name NAME --scope SCOPE',
        },
      },
    },
  };
}

function operation(route: Route): Json {
  const { id, tag, summary, description, permission, log, body } = route;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    // OpenAPI 3.1 lets schemes other than OAuth list roles here.
    security: permission === 'public' ? [] : [{ [holderOf(permission)]: [permission] }],
    'x-log-action': log,
    parameters: [...parameters('path', route.params), ...parameters('query', route.query), ...headers(route)],
    ...(body === null
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: responses(route),
  };
}

function typeOf({ events }: Route): string {
  return events === true ? 'text/event-stream' : 'application/json';
}

function holderOf(permission: string): 'application' | 'administrator' {
  return APPLICATION_SCOPES.some((scope) => scope === permission) ? 'application' : 'administrator';
}

function headers(route: Route): Json[] {
  const header = (name: string, description: string) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  });
  return [
    ...(route.conditional === true ? [header('If-Match', 'The ETag that was seen; 412 where it is another now.')] : []),
    ...(isKeyed(route) && route.permission !== 'public' && holderOf(route.permission) === 'administrator'
      ? [header('Idempotency-Key', 'Any text of the client; a request that is sent again with it is carried out once.')]
      : []),
  ];
}

function parameters(place: 'path' | 'query', schema: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function responses(route: Route): Json {
  const { status, output, body, permission, problems, method } = route;
  const isOfApplication = permission !== 'public' && holderOf(permission) === 'application';
  const all = [
    ...problems,
    ...ANYWHERE,
    ...(permission !== 'public' ? WITH_TOKEN : method === 'GET' ? [] : WITHOUT_TOKEN),
    ...(isOfApplication ? OF_APPLICATION : []),
    ...('cursor' in route.query.shape ? WITH_CURSOR : []),
    ...(method === 'GET' ? [] : route.conditional === true ? CONDITIONAL : UNCONDITIONAL),
    ...(typeof route.log === 'string' ? CHANGING : []),
    ...(isKeyed(route) && permission !== 'public' && !isOfApplication ? WITH_KEY : []),
    ...(body === null ? [] : WITH_BODY),
    ...(route.events === true ? WITH_EVENTS : []),
  ];
  const byStatus: Record<string, Json> = {
    [status]: {
      description: output === null ? 'Done; there is no body.' : 'Done.',
      ...(route.etag === undefined ? {} : { headers: { ETag: { schema: { type: 'string' } } } }),
      ...(output === null ? {} : { content: { [typeOf(route)]: { schema: answerSchema(output) } } }),
    },
  };
  for (const { status: number } of all) {
    const lines = all.filter((one) => one.status === number).map((one) => `\`${one.code}\`: ${one.description}`);
    byStatus[number] = {
      description: [...new Set(lines)].join('\n\n'),
      content: { [PROBLEM_TYPE]: { schema: PROBLEM } },
    };
  }
  return byStatus;
}
