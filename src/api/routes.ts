import { z } from 'zod';
import { type AccessRouteDependencies, accessRoute } from './applications/access-route.js';
import { type ActivityRouteDependencies, activityRoutes } from './applications/activity-routes.js';
import { describeRoutes, type OpenApiDocument } from './openapi.js';
import { type Route, route } from './route.js';

export interface RouteDependencies extends AccessRouteDependencies, ActivityRouteDependencies {
  /** Where the server is reached, without a slash at the end. */
  readonly publicUrl: string;
}

/** Every route of /api/v1. */
export function createRoutes(dependencies: RouteDependencies): Route[] {
  const routes = [accessRoute(dependencies), ...activityRoutes(dependencies)];
  const all: Route[] = [...routes, documentRoute(() => describeRoutes(all, dependencies.publicUrl))];
  return all;
}

/** The description of all routes, this one included. */
function documentRoute(describe: () => OpenApiDocument): Route {
  let document: OpenApiDocument | undefined;
  return route({
    method: 'GET',
    path: '/openapi.json',
    id: 'getOpenApi',
    tag: 'About',
    summary: 'This API as an OpenAPI 3.1 document',
    description: 'Made from the declarations by which the server works.',
    permission: 'public',
    log: null,
    params: z.strictObject({}),
    query: z.strictObject({}),
    body: null,
    output: z.looseObject({
      openapi: z.string(),
      info: z.looseObject({ title: z.string(), version: z.string() }),
      paths: z.record(z.string(), z.unknown()),
    }),
    status: 200,
    problems: [],
    async run() {
      document ??= describe();
      return document;
    },
  });
}
