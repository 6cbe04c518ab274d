import {
  type Actor,
  addGrant,
  type Change,
  createChange,
  createGoogleConnection,
  createSecrets,
  type Database,
  entities,
  findApplication,
  type GoogleConnection,
  loadConfig,
  openDatabase,
  readCredential,
} from '../product.ts';
import type { WorkspaceAccess } from './workspace.ts';

/** Every process of the bench seals and opens with it. */
export const BENCH_SECRET = Buffer.alloc(32, 7);

/** A connection with its default settings to an emulated Workspace. */
export async function connectWorkspace(
  url: string,
  siteId: number,
  { environment, adminEmail, key }: WorkspaceAccess,
): Promise<GoogleConnection> {
  const { google } = loadConfig();
  const settings = { ...google, allowedHosts: [environment.GOOGLE_ALLOWED_HOSTS ?? ''] };
  return asOperator(url, siteId, async (_database, change, actor) => {
    const command = createGoogleConnection(
      actor,
      { secrets: createSecrets(BENCH_SECRET, undefined), limits: settings },
      { name: 'workspace', subject: adminEmail, settings: {}, credential: await readCredential(settings, { key }) },
    );
    return change.run(actor, { action: command.action, objectType: command.objectType }, () => command);
  });
}

/** Lets groups give the first role of an application. */
export async function giveRole(url: string, siteId: number, key: string, groupIds: readonly string[]): Promise<void> {
  await asOperator(url, siteId, async (database, change, actor) => {
    const [role] = (await findApplication(database, siteId, key)).roles;
    if (role === undefined) throw new Error(`${key} has no role`);
    for (const id of groupIds) {
      await change.run(actor, { action: 'grant.add', objectType: 'Grant' }, () =>
        addGrant(actor, role.id, { kind: 'group', id }),
      );
    }
  });
}

/** Its sessions have ended afterwards: idle ones still owe the database its statistics. */
async function asOperator<Result>(
  url: string,
  siteId: number,
  work: (database: Database, change: Change, actor: Actor) => Promise<Result>,
): Promise<Result> {
  const database = await openDatabase({ url, poolSize: 2, readPoolSize: 1, entities });
  try {
    const actor: Actor = { siteId, source: 'cli', connection: undefined, correlationId: 'bench' };
    return await work(database, createChange(database), actor);
  } finally {
    await database.close();
  }
}
