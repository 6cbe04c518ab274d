// The ceiling of a walk, as a process of its own: everything is read by the product's client with the same fields and
// as many readers, and thrown away.
import {
  createMapping,
  createSecrets,
  DEFAULT_MAPPING,
  entities,
  loadConfig,
  openDatabase,
  openGoogleClient,
  readGoogleConnection,
} from '../product.ts';
import { createPeak } from './peak.ts';
import { BENCH_SECRET } from './prepare.ts';
import type { SyncOrder } from './sync-process.ts';

export interface ReadFigures {
  readonly seconds: number;
  readonly requests: number;
  readonly cpu: number;
  readonly megabytes: number;
}

const READERS = 32;

const { url, siteId, connectionId } = JSON.parse(process.env.BENCH_GOOGLE ?? '{}') as SyncOrder;
const config = loadConfig();
const database = await openDatabase({ url, poolSize: 2, readPoolSize: 1, entities });
const connection = await readGoogleConnection(database, siteId, connectionId);
const services = { config, database, secrets: createSecrets(BENCH_SECRET, undefined) };
const { fields } = createMapping(DEFAULT_MAPPING);
const client = await openGoogleClient(services, connection, { users: fields, groups: [] });
const { signal } = new AbortController();

interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly nextPageToken: string | undefined;
}

async function readAll(list: (pageToken: string | undefined) => Promise<Page>, take?: (id: string) => void) {
  let pageToken: string | undefined;
  do {
    const page = await list(pageToken);
    for (const { id } of page.items) take?.(id);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

const peak = createPeak();
const started = performance.now();
const groupIds: string[] = [];
const groups = async () => {
  await readAll(
    (pageToken) => client.listGroups({ pageToken, signal }),
    (id) => groupIds.push(id),
  );
  const reader = async () => {
    for (let id = groupIds.pop(); id !== undefined; id = groupIds.pop()) {
      const groupId = id;
      await readAll((pageToken) => client.listMembers(groupId, { pageToken, signal }));
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
};
const users = async () => {
  for (const deleted of [false, true]) await readAll((pageToken) => client.listUsers({ pageToken, deleted, signal }));
};
await Promise.all([groups(), users()]);
const { user, system } = process.cpuUsage();
const figures: ReadFigures = {
  seconds: (performance.now() - started) / 1000,
  requests: client.usage().requests,
  cpu: (user + system) / 1_000_000,
  megabytes: peak.stop(),
};
await database.close();
process.send?.(figures);
process.disconnect?.();
