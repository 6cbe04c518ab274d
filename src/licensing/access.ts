import { type Sql, sql } from '../database/index.js';
import { newObjectId, type UserGrants } from '../directory/index.js';
import { requireFitting } from './grants.js';
import { licenceDisplay, licenceValue, publishedLicences, roleDisplay, roleValue } from './published.js';

/** As whom somebody looks at people's access. */
export interface AccessView {
  readonly siteId: number;
  /** Its own direct grants are shown, waiting ones as well. */
  readonly connectionId: string;
  /** Whether what people have through groups and the grants of others is shown too. */
  readonly computed: boolean;
}

/** A role that a user has or was given, or a licence whose seat the user takes. */
export interface AccessElement {
  readonly kind: 'role' | 'licence';
  /** See Published. */
  readonly value: string;
  readonly display: string;
  readonly application: string;
}

/** What a command knows of a user's access, and all that there is to have in the site. */
export interface AccessBefore {
  /** The text of `accessText`. */
  readonly shown: string | null;
  /** Roles that the connection granted directly. */
  readonly granted: readonly string[];
  readonly roles: readonly {
    readonly id: string;
    readonly value: string;
    readonly supported: boolean;
    readonly takesSeat: boolean;
  }[];
  readonly licences: readonly { readonly value: string; readonly supported: boolean }[];
  readonly isCustomer: boolean;
}

/**
 * A query with the columns of AccessElement and `user_id`, for everybody in the site. Who has a role and was granted it
 * as well is in it twice. Conditions on the user or the value reach the indexes inside.
 */
export function accessOfUsers({ siteId, connectionId, computed }: AccessView): Sql {
  const roles = (holders: Sql, which: Sql) => sql`
    SELECT held.user_id, 'role' AS kind, ${roleValue} AS value, ${roleDisplay} AS display, a.key AS application
    FROM ${holders} held
    JOIN application_roles r ON r.site_id = ${siteId} AND r.id = held.role_id
    JOIN applications a ON a.site_id = ${siteId} AND a.id = r.application_id
    WHERE held.site_id = ${siteId} AND ${which}`;
  const granted = roles(sql`grants`, sql`held.connection_id = ${connectionId}::uuid AND held.user_id IS NOT NULL`);
  if (!computed) return granted;
  return sql`
    ${roles(sql`entitlements`, sql`held.application_id = a.id`)}
    UNION ALL
    ${granted}
    UNION ALL
    SELECT held.user_id, 'licence', ${licenceValue}, ${licenceDisplay}, a.key
    FROM entitlements held
    JOIN licences l ON l.site_id = ${siteId} AND l.id = held.licence_id
    JOIN applications a ON a.site_id = ${siteId} AND a.id = l.application_id
    WHERE held.site_id = ${siteId} AND held.application_id = a.id`;
}

/**
 * A user's AccessElements as one JSON text, NULL when there are none; the same access is the same text.
 * @param user an expression of a user's id
 */
export function accessText(view: AccessView, user: Sql): Sql {
  return sql`(
    SELECT jsonb_agg(to_jsonb(shown) ORDER BY shown.kind, shown.value)::text
    FROM (
      SELECT DISTINCT has.kind, has.value, has.display, has.application FROM (${accessOfUsers(view)}) has
      WHERE has.user_id = ${user}
    ) shown)`;
}

/** AccessBefore as jsonb. @param view undefined where nothing is shown and nothing can be given */
export function accessBefore(siteId: number, view: AccessView | undefined, user: Sql): Sql {
  const connectionId = view?.connectionId ?? null;
  return sql`jsonb_build_object(
    'shown', ${view === undefined ? sql`NULL::text` : accessText(view, user)},
    'granted', (
      SELECT coalesce(jsonb_agg(g.role_id), '[]') FROM grants g
      WHERE g.site_id = ${siteId} AND g.user_id = ${user} AND g.connection_id = ${connectionId}::uuid),
    'roles', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'value', ${roleValue}, 'takesSeat', r.takes_seat,
        'supported', a.state = 'active')), '[]')
      FROM application_roles r JOIN applications a ON a.site_id = r.site_id AND a.id = r.application_id
      WHERE r.site_id = ${siteId}),
    'licences', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('value', l.value, 'supported', l.supported)), '[]')
      FROM (${publishedLicences(siteId)}) l),
    'isCustomer', EXISTS (
      SELECT 1 FROM users c WHERE c.site_id = ${siteId} AND c.id = ${user} AND c.user_type = 'customer'))`;
}

/** A change of the direct grants that a connection made to one user, by role id. */
export interface GrantEdit {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/**
 * What a command on a user writes for it. The user's row lock and the shared structure lock are enough, as they are
 * for a membership: whoever reads what this user deserves holds the row, or is kept out by the structure lock, or
 * reads it under the rows of the licences that this change locks as well (see settle).
 * @throws RollcallError `grant.customer-seat`
 */
export function userGrants(
  connection: { readonly siteId: number; readonly id: string },
  { add, remove }: GrantEdit,
  before: AccessBefore,
): UserGrants {
  const { siteId, id: connectionId } = connection;
  for (const role of before.roles.filter(({ id }) => add.includes(id))) {
    requireFitting({ holder: 'The user', role: role.value, takesSeat: role.takesSeat, isCustomer: before.isCustomer });
  }
  const names = new Map(before.roles.map((role) => [role.id, role.value]));
  const values = (ids: readonly string[]) => ids.flatMap((id) => names.get(id) ?? []).sort();
  const kept = before.granted.filter((id) => !remove.includes(id));
  return {
    changed: { attribute: 'grants', old: someOf(values(before.granted)), new: someOf(values([...kept, ...add])) },
    writes: (userId) => [
      ...(add.length === 0
        ? []
        : [
            sql`
              INSERT INTO grants (site_id, id, role_id, user_id, connection_id)
              SELECT ${siteId}, given.id, given.role_id, ${userId}::uuid, ${connectionId}::uuid
              FROM unnest(${add.map(() => newObjectId())}::uuid[], ${add}::uuid[]) AS given (id, role_id)`,
          ]),
      ...(remove.length === 0
        ? []
        : [
            sql`
              DELETE FROM grants WHERE site_id = ${siteId} AND user_id = ${userId}
                AND connection_id = ${connectionId} AND role_id = ANY (${remove}::uuid[])`,
          ]),
    ],
  };
}

function someOf(values: readonly string[]): readonly string[] | undefined {
  return values.length === 0 ? undefined : values;
}
