export { type Api, type ApiRequest, type ApiResponse, createApi } from './create-api.js';
export { Problem, problemSchema, renderProblem, toProblem } from './problem.js';
export { createRoutes, type RouteDependencies } from './routes.js';
