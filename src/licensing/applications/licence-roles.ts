import { sql, type Transaction } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Period } from './check-licence.js';

/**
 * The ids of roles that a licence shall cover.
 * @throws RollcallError `application.not-found`, `application.role-not-found`, `licence.role-takes-no-seat`
 */
export async function requireSeatRoles(
  transaction: Transaction,
  siteId: number,
  applicationId: string,
  keys: readonly string[],
): Promise<string[]> {
  const roles = await transaction.run<{ id: string; key: string; takes_seat: boolean }>(sql`
    SELECT id, key, takes_seat FROM application_roles WHERE site_id = ${siteId} AND application_id = ${applicationId}`);
  if (roles.length === 0) {
    throw new RollcallError('not-found', 'application.not-found', 'There is no such application.');
  }
  return [...new Set(keys)].map((key) => {
    const role = roles.find((candidate) => candidate.key === key);
    if (role === undefined) {
      const known = roles.map((candidate) => candidate.key).join(', ');
      const message = `The application has no role "${key}"; it has: ${known}`;
      throw new RollcallError('not-found', 'application.role-not-found', message);
    }
    if (!role.takes_seat) {
      const message = `The role "${key}" takes no seat, so that no licence can cover it.`;
      throw new RollcallError('invalid', 'licence.role-takes-no-seat', message);
    }
    return role.id;
  });
}

/** At most one pool a role and moment. @throws RollcallError `licence.overlaps` */
export async function requireFree(
  transaction: Transaction,
  siteId: number,
  licenceId: string,
  roleIds: readonly string[],
  { from, until }: Period,
): Promise<void> {
  const [other] = await transaction.run<{ name: string; key: string }>(sql`
    SELECT l.name, r.key FROM licence_roles p
    JOIN licences l ON l.site_id = p.site_id AND l.id = p.licence_id
    JOIN application_roles r ON r.site_id = p.site_id AND r.id = p.role_id
    WHERE p.site_id = ${siteId} AND p.role_id = ANY (${roleIds}::uuid[]) AND p.licence_id <> ${licenceId}
      AND tstzrange(l.valid_from, l.valid_until) && tstzrange(${from ?? null}, ${until ?? null})
    ORDER BY r.rank, l.valid_from NULLS FIRST LIMIT 1`);
  if (other === undefined) return;
  const message = `The licence "${other.name}" covers the role "${other.key}" in that time; end it first or choose another time.`;
  throw new RollcallError('conflict', 'licence.overlaps', message, { licence: other.name, role: other.key });
}
