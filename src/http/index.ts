export { createHttpApp, type HttpAppDependencies } from './create-http-app.js';
export { closeServer, createServer, listen } from './create-server.js';
