export type { ApiRequest, ApiResponse } from './api-request.js';
export type { ApiServices } from './api-services.js';
export { type Api, createApi } from './create-api.js';
export { apiEntities, apiSealed, forgetOldRequests } from './idempotency/index.js';
export { Problem, renderProblem, toProblem } from './problem.js';
export type { Route } from './route.js';
export { createRoutes, type RouteDependencies } from './routes.js';
