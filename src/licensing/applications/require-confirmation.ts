import { sql, type Transaction } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';

/** Names that a message can still be read with. */
const NAMED = 5;

/**
 * Refuses what takes access away from people until somebody has confirmed it, and names who they are.
 * @throws RollcallError conflict with the given code; `details.users` counts them, `details.named` holds some names
 */
export async function requireConfirmation(
  transaction: Transaction,
  siteId: number,
  userIds: readonly string[],
  { code, what }: { readonly code: string; readonly what: string },
): Promise<void> {
  if (userIds.length === 0) return;
  const rows = await transaction.run<{ user_name: string }>(sql`
    SELECT user_name FROM users WHERE site_id = ${siteId} AND id = ANY (${userIds}::uuid[]) AND deleted_at IS NULL
    ORDER BY user_name_key LIMIT ${NAMED}`);
  const named = rows.map((row) => row.user_name);
  const rest = userIds.length - named.length;
  const who = `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  const message = `Removing ${what} takes access from ${userIds.length === 1 ? '1 person' : `${userIds.length} people`} (${who}): confirm it.`;
  throw new RollcallError('conflict', code, message, { users: userIds.length, named });
}
