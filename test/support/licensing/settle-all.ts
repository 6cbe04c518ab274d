import type { Change } from '../../../src/change/index.js';
import { type Database, sql } from '../../../src/database/index.js';
import { type Actor, type Command, newObjectId } from '../../../src/directory/index.js';
import { listLog } from '../../../src/log/index.js';

/** Works out everybody's access in the administrator's site anew; what comes back differs from what was kept. */
export async function settleAll(
  { database, change }: { readonly database: Database; readonly change: Change },
  administrator: Actor,
): Promise<readonly unknown[]> {
  const { siteId } = administrator;
  const idsOf = async (table: 'users' | 'applications'): Promise<string[]> => {
    const from = table === 'users' ? sql`users` : sql`applications`;
    const rows = await database.write<{ id: string }>(sql`SELECT id FROM ${from} WHERE site_id = ${siteId}`);
    return rows.map((row) => row.id);
  };
  const [userIds, applicationIds] = [await idsOf('users'), await idsOf('applications')];
  await change.run(administrator, { action: 'site.settle', objectType: 'Site' }, () =>
    settling(siteId, userIds, applicationIds),
  );
  const [entry] = await listLog(database, { siteId, action: 'site.settle', limit: 1 });
  return entry?.subjects.filter(({ effect }) => effect.startsWith('access')) ?? ['no entry'];
}

/** Changes nothing itself, and has everybody settled. */
function settling(
  siteId: number,
  affectedUserIds: readonly string[],
  affectedApplicationIds: readonly string[],
): Command<void> {
  return {
    action: 'site.settle',
    objectType: 'Site',
    structure: 'exclusive',
    groupIds: [],
    userIds: [],
    run: async () => ({
      result: undefined,
      objectId: newObjectId(),
      objectName: `site ${siteId}`,
      changed: [],
      subjects: [],
      affectedUserIds,
      affectedApplicationIds,
      writes: [],
    }),
  };
}
