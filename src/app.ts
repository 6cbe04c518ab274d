import { once } from 'node:events';
import type { Express } from 'express';
import { Registry } from 'prom-client';
import { createApi, createRoutes, type Route } from './api/index.js';
import type { Config } from './config/index.js';
import { createAddresses } from './connections/index.js';
import { hasPendingMigrations } from './database/index.js';
import { RollcallError } from './errors/index.js';
import { firstStartAdvice } from './first-start.js';
import { closeServer, createHttpApp, createServer, listen } from './http/index.js';
import type { Jobs } from './jobs/index.js';
import { applicationKeys } from './licensing/index.js';
import {
  CORE_TYPES,
  createDirectoryDocuments,
  createDiscovery,
  createObserveClient,
  createScim,
  loadResourceTypes,
  PROFILE_NAMES,
  type ResourceTypes,
  ScimError,
  suggestProfile,
} from './scim/index.js';
import { openServices, type Services } from './services.js';
import { startUpkeep } from './upkeep.js';

export { openServices } from './services.js';

/** What a request may take until it is cut when the server stops. */
const GRACE_MILLISECONDS = 10_000;

/**
 * Wires the features by hand.
 * @param types the resource types that are served; those of the RFC unless said otherwise
 * @param registry with the metrics of whatever else this process does
 */
export function createApp(
  { config, database, change, authenticator, authenticateApi, clientTraits, secrets, logger }: Services,
  types: ResourceTypes = CORE_TYPES,
  registry = new Registry(),
): Express {
  const { limits } = config;
  const engine = createScim({
    database,
    change,
    secrets,
    limits,
    types,
    queries: config.queries,
    report: (error, { correlationId }) => logFailure(logger, error, correlationId),
  });
  let migrated = false;
  const isReady = async (): Promise<void> => {
    await database.isReady();
    migrated ||= !(await hasPendingMigrations(database));
    if (!migrated) throw new Error('Migrations have not run: rollcall migrate');
  };
  return createHttpApp({
    config,
    engine,
    discovery: createDiscovery({
      limits,
      types,
      cursorTimeoutSeconds: config.queries.cursorTimeoutSeconds,
      applicationKeys: (siteId) => applicationKeys(database, siteId),
      async tokenEndpointOf(connectionKey) {
        if (!(await authenticator.hasClients(connectionKey))) return undefined;
        const addresses = createAddresses(config.server.publicUrl);
        return { url: `${addresses.issuer(connectionKey)}/token`, metadataUrl: addresses.metadata(connectionKey) };
      },
    }),
    api: createApi(routesOf(config, database, types), { config, database, change, secrets }),
    authenticator,
    authenticateApi,
    database,
    observe: createObserveClient(clientTraits),
    change,
    logger,
    isReady,
    registry,
  });
}

/** What is served under /api/v1. */
export function routesOf(config: Config, database: Services['database'], types: ResourceTypes = CORE_TYPES): Route[] {
  const { licensing, activity, limits, reclaim, server } = config;
  return createRoutes({
    database,
    rules: licensing,
    activity,
    limits,
    reclaim,
    publicUrl: server.publicUrl,
    documents: createDirectoryDocuments(types, limits),
    profileNames: PROFILE_NAMES,
    suggestProfile,
  });
}

/** A database that is away is no fault of the program, and an operation that is not offered is none at all. */
function logFailure(logger: Services['logger'], error: unknown, correlationId: string): void {
  if (error instanceof ScimError) return;
  const level = error instanceof RollcallError && error.kind === 'unavailable' ? 'warn' : 'error';
  logger[level]({ err: error, correlationId }, 'a request failed');
}

/**
 * Runs the server until SIGINT or SIGTERM, then lets running requests end. A second signal ends it at once.
 * @throws RollcallError `server.cannot-listen`, `schema.*`, and what `openServices` throws
 */
export async function serve(config: Config): Promise<void> {
  // A wrong file stops the start before anything else is opened.
  const types = await loadResourceTypes({ folder: config.scim.schemasDir, testResources: config.scim.testResources });
  const services = await openServices(config);
  try {
    const registry = new Registry();
    const server = await createServer(createApp(services, types, registry), config);
    const { port } = await listen(server, config.server);
    const upkeep = startUpkeep(services);
    let jobs: Jobs | undefined;
    try {
      const stopping = stopSignal();
      services.logger.info({ host: config.server.host, port, publicUrl: config.server.publicUrl }, 'listening');
      jobs = await startServerJobs(services, types, registry);
      const advice = await firstStartAdvice(services);
      if (advice !== undefined) process.stdout.write(advice);
      services.logger.info({ signal: await stopping }, 'stopping');
    } finally {
      await Promise.all([closeServer(server, GRACE_MILLISECONDS), jobs?.stop()]);
      await upkeep.stop();
    }
  } finally {
    await services.close();
    services.logger.flush();
  }
}

/** Loaded only now: it takes a while, and requests are answered meanwhile. */
async function startServerJobs(services: Services, types: ResourceTypes, registry: Registry): Promise<Jobs> {
  const { startJobs } = await import('./jobs/index.js');
  return startJobs({ ...services, registry, documents: createDirectoryDocuments(types, services.config.limits) });
}

async function stopSignal(): Promise<string> {
  const listening = new AbortController();
  const { signal } = listening;
  const name = await Promise.race(
    ['SIGINT', 'SIGTERM'].map(async (signalName) => once(process, signalName, { signal }).then(() => signalName)),
  );
  // Without listeners the next signal ends the process as it always does.
  listening.abort();
  return name;
}
