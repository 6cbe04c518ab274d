import { z } from 'zod';
import { PREFIX } from './match-route.js';
import { problemSchema } from './problem.js';
import type { DeclaredProblem, Route } from './route.js';

type Json = Readonly<Record<string, unknown>>;

export interface OpenApiDocument {
  readonly [part: string]: unknown;
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Record<string, Record<string, Json>>;
}

const PROBLEM_TYPE = 'application/problem+json';
const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** What any route can answer. */
const ANYWHERE: readonly DeclaredProblem[] = [
  {
    status: 400,
    code: 'request.invalid',
    description: 'The request is not what the schemas say; `errors` names where.',
  },
  { status: 500, code: 'internal', description: 'The server failed.' },
  {
    status: 503,
    code: 'database.unavailable',
    description: 'The database is away; Retry-After says when to come again.',
  },
];

/** What any route can answer that needs a token. */
const WITH_TOKEN: readonly DeclaredProblem[] = [
  { status: 401, code: 'token.missing', description: 'There is no bearer token.' },
  { status: 401, code: 'token.invalid', description: 'The token is unknown, expired or revoked.' },
  { status: 403, code: 'token.scope', description: 'The token lacks the scope.' },
  { status: 403, code: 'token.other-application', description: 'The token is of another application.' },
  { status: 429, code: 'limit.requests', description: 'Too many requests; Retry-After says when to come again.' },
];

const WITH_BODY: readonly DeclaredProblem[] = [
  { status: 413, code: 'request.too-large', description: 'The body is longer than LIMIT_BODY_BYTES.' },
  { status: 415, code: 'request.media-type', description: 'The body is not declared as application/json.' },
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
      description: 'What applications ask Rollcall and tell it. Every error is a problem document (RFC 9457).',
    },
    servers: [{ url: `${publicUrl}${PREFIX}` }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema, 'output') },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'A token of the application: rollcall application token create KEY',
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
    security: permission === 'public' ? [] : [{ token: [permission] }],
    'x-log-action': log,
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...(body === null
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
    responses: responses(route),
  };
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
  const { status, output, body, permission, problems } = route;
  const all = [
    ...problems,
    ...ANYWHERE,
    ...(permission === 'public' ? [] : WITH_TOKEN),
    ...(body === null ? [] : WITH_BODY),
  ];
  const byStatus: Record<string, Json> = {
    [status]: {
      description: output === null ? 'Done; there is no body.' : 'Done.',
      ...(output === null ? {} : { content: { 'application/json': { schema: schemaOf(output, 'output') } } }),
    },
  };
  for (const { status: number } of all) {
    const lines = all.filter((one) => one.status === number).map((one) => `\`${one.code}\`: ${one.description}`);
    byStatus[number] = { description: lines.join('\n\n'), content: { [PROBLEM_TYPE]: { schema: PROBLEM } } };
  }
  return byStatus;
}

/** Without what is the same everywhere: an OpenAPI 3.1 document says the dialect once. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io });
  return rest;
}
