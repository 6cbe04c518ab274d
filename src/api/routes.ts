import { z } from 'zod';
import { explanationRoutes } from './access/explanation-routes.js';
import { type AccessRouteDependencies, accessRoute } from './applications/access-route.js';
import { type ActivityRouteDependencies, activityRoutes } from './applications/activity-routes.js';
import { applicationRoutes } from './applications/application-routes.js';
import { defaultGroupRoutes } from './applications/default-group-routes.js';
import { licenceRoutes } from './applications/licence-routes.js';
import { roleRoutes } from './applications/role-routes.js';
import { connectionRoutes } from './connections/connection-routes.js';
import { credentialRoutes } from './connections/credential-routes.js';
import { issuerRoutes } from './connections/issuer-routes.js';
import type { ConnectionRouteDependencies } from './connections/show-connection.js';
import { googleConflictRoutes } from './google/google-conflict-routes.js';
import { googleConnectionRoutes } from './google/google-connection-routes.js';
import { googleRunRoutes } from './google/google-run-routes.js';
import { grantRoutes } from './grants/grant-routes.js';
import { groupDeletionRoutes } from './groups/group-deletion-routes.js';
import { groupRoutes } from './groups/group-routes.js';
import { memberRoutes } from './groups/member-routes.js';
import type { GroupRouteDependencies } from './groups/show-group.js';
import { acceptRoute } from './invitations/accept-route.js';
import { type InvitationRouteDependencies, invitationRoutes } from './invitations/invitation-routes.js';
import { logRoutes } from './log/log-routes.js';
import { describeRoutes, type OpenApiDocument } from './openapi.js';
import { type Route, route } from './route.js';
import { historyRoutes } from './seats/history-routes.js';
import { type UnusedRouteDependencies, unusedRoutes } from './seats/unused-routes.js';
import { settingsRoutes } from './settings/settings-routes.js';
import { publicSignUpRoutes } from './sign-ups/public-routes.js';
import { signUpRoutes } from './sign-ups/sign-up-routes.js';
import { apiTokenRoutes } from './tokens/api-token-routes.js';
import { applicationTokenRoutes } from './tokens/application-token-routes.js';
import { type ImportRouteDependencies, importRoute } from './users/import-route.js';
import type { UserRouteDependencies } from './users/show-user.js';
import { userRoutes } from './users/user-routes.js';
import { userStateRoutes } from './users/user-state-routes.js';
import { deliveryRoutes } from './webhooks/delivery-routes.js';
import { webhookRoutes } from './webhooks/webhook-routes.js';

export interface RouteDependencies
  extends AccessRouteDependencies,
    Omit<ActivityRouteDependencies, 'limits'>,
    UserRouteDependencies,
    InvitationRouteDependencies,
    GroupRouteDependencies,
    UnusedRouteDependencies,
    ConnectionRouteDependencies {
  readonly limits: ActivityRouteDependencies['limits'] &
    GroupRouteDependencies['limits'] &
    ImportRouteDependencies['limits'] & { readonly keyBytes: number };
  /** Where the server is reached, without a slash at the end. */
  readonly publicUrl: string;
}

/** Every route of /api/v1. */
export function createRoutes(dependencies: RouteDependencies): Route[] {
  const routes = [
    accessRoute(dependencies),
    ...activityRoutes(dependencies),
    ...userRoutes(dependencies),
    ...userStateRoutes(dependencies),
    importRoute(dependencies),
    // Before the routes of a user who might be called that.
    acceptRoute(dependencies),
    ...invitationRoutes(dependencies),
    ...publicSignUpRoutes(dependencies),
    ...signUpRoutes(dependencies),
    ...groupRoutes(dependencies),
    ...groupDeletionRoutes(dependencies),
    ...memberRoutes(dependencies),
    ...applicationRoutes(dependencies),
    ...roleRoutes(),
    ...defaultGroupRoutes(),
    ...licenceRoutes(),
    ...grantRoutes(dependencies),
    ...explanationRoutes(),
    ...historyRoutes(),
    ...unusedRoutes(dependencies),
    ...applicationTokenRoutes(dependencies),
    ...apiTokenRoutes(dependencies),
    ...webhookRoutes(dependencies),
    ...deliveryRoutes(dependencies),
    ...connectionRoutes(dependencies),
    ...credentialRoutes(),
    ...issuerRoutes(),
    ...googleConnectionRoutes(dependencies),
    ...googleRunRoutes(dependencies),
    ...googleConflictRoutes(dependencies),
    ...settingsRoutes(dependencies),
    ...logRoutes(dependencies),
  ];
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
