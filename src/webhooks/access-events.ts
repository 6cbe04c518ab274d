import { type Sql, sql, type Transaction } from '../database/index.js';
import type { AccessChange } from '../licensing/index.js';

/** Up to this many changes, sending them along costs less than a look for webhooks beforehand. */
const FEW_CHANGES = 100;

/** With the action of the log that changed it, which the event names. */
interface CausedChange extends AccessChange {
  readonly action: string;
}

/**
 * The statement that writes down what the webhooks of applications are to be told of changed access, for the
 * transaction that changes it: one for all people, and none where nobody's access differs. It reads roles and names
 * as they are before statements that go with it in one.
 */
export async function accessEvents(
  transaction: Transaction,
  siteId: number,
  access: readonly CausedChange[],
): Promise<Sql[]> {
  let changes = access.filter((change) => change.before !== change.after);
  if (changes.length > FEW_CHANGES) {
    const watched = await watchedApplications(transaction, siteId);
    changes = changes.filter((change) => watched.has(change.applicationId));
  }
  return changes.length === 0 ? [] : [insertEvents(siteId, changes)];
}

async function watchedApplications(transaction: Transaction, siteId: number): Promise<ReadonlySet<string>> {
  const rows = await transaction.run<{ application_id: string }>(sql`
    SELECT application_id FROM webhooks WHERE site_id = ${siteId} AND state = 'enabled'`);
  return new Set(rows.map((row) => row.application_id));
}

function insertEvents(siteId: number, changes: readonly CausedChange[]): Sql {
  return sql`
    INSERT INTO webhook_deliveries (site_id, webhook_id, type, user_id, user_name, role_before, role_after, reason, action)
    SELECT w.site_id, w.id,
      CASE
        WHEN change.before IS NULL THEN 'access.granted'
        WHEN change.after IS NULL THEN 'access.removed'
        ELSE 'access.changed'
      END, u.id, u.user_name, before.key, after.key, change.reason, change.action
    FROM unnest(${changes.map((change) => change.applicationId)}::uuid[],
      ${changes.map((change) => change.userId)}::uuid[], ${changes.map((change) => change.before ?? null)}::uuid[],
      ${changes.map((change) => change.after ?? null)}::uuid[], ${changes.map((change) => change.reason)}::text[],
      ${changes.map((change) => change.action)}::text[])
      AS change (application_id, user_id, before, after, reason, action)
    JOIN webhooks w ON w.site_id = ${siteId} AND w.application_id = change.application_id AND w.state = 'enabled'
    JOIN users u ON u.site_id = w.site_id AND u.id = change.user_id
    LEFT JOIN application_roles before ON before.site_id = w.site_id AND before.id = change.before
    LEFT JOIN application_roles after ON after.site_id = w.site_id AND after.id = change.after`;
}
