import { type Sql, sql, type Transaction } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import { USER_NAME_TAKEN } from '../users/user-name-taken.js';

/** A user who is to have a name that it does not have. */
export interface NameClaim {
  readonly userId: string;
  readonly key: string;
}

/**
 * Makes sure that users can get the names they want, all in one change: whoever of them has a name that another wants
 * gives it up first, so that names can be swapped and passed on in circles. The index of names looks at each row as it
 * comes.
 * @throws RollcallError `user.user-name-taken` where somebody else has a name, or two want the same; `objects` are the
 *   users who cannot have it
 */
export async function claimNames(
  transaction: Transaction,
  siteId: number,
  claims: readonly NameClaim[],
): Promise<void> {
  if (claims.length === 0) return;
  const claimants = new Map<string, string>();
  for (const { key, userId } of claims) if (!claimants.has(key)) claimants.set(key, userId);
  const leaving = new Set(claims.map(({ userId }) => userId));
  const holders = await transaction.run<{ id: string; key: string }>(sql`
    SELECT id, user_name_key AS key FROM users
    WHERE site_id = ${siteId} AND user_name_key = ANY (${[...claimants.keys()]}::text[]) AND deleted_at IS NULL`);
  const inTheWay = holders.filter(({ id }) => !leaving.has(id));
  const taken = new Set(inTheWay.map(({ key }) => key));
  const refused = claims.filter(({ key, userId }) => taken.has(key) || claimants.get(key) !== userId);
  if (refused.length > 0) throw nameTaken(refused, inTheWay[0]?.id ?? claimants.get(refused[0]?.key ?? ''));
  if (holders.length > 0) await transaction.run(giveUpNames(siteId, holders));
}

/** No key of a name has a capital letter: see comparisonKey. */
function giveUpNames(siteId: number, holders: readonly { id: string }[]): Sql {
  return sql`
    UPDATE users SET user_name_key = 'Between names ' || id
    WHERE site_id = ${siteId} AND id = ANY (${holders.map(({ id }) => id)}::uuid[])`;
}

/** Finds others who have a name that one of the users claims: see Effects.inTheWay. */
export function nameHolders(siteId: number, claims: readonly NameClaim[]): Sql {
  return sql`
    SELECT u.id, claim.user_id AS "wantedBy"
    FROM unnest(${claims.map(({ userId }) => userId)}::uuid[], ${claims.map(({ key }) => key)}::text[])
      AS claim (user_id, key)
    JOIN users u ON u.site_id = ${siteId} AND u.user_name_key = claim.key AND u.deleted_at IS NULL
      AND u.id <> ALL (${claims.map(({ userId }) => userId)}::uuid[])`;
}

function nameTaken(refused: readonly NameClaim[], holder: string | undefined): RollcallError {
  const objects = [...new Set(refused.map(({ userId }) => userId))];
  const details = { objects, ...(holder === undefined ? {} : { conflictsWith: holder }) };
  return new RollcallError('conflict', 'user.user-name-taken', USER_NAME_TAKEN, details);
}
