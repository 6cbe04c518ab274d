import type { Connection } from '../../connections/index.js';
import { type Sql, sql } from '../../database/index.js';
import { type AccessElement, type AccessView, accessBefore, accessText } from '../../licensing/index.js';
import type { UserAccessOptions } from '../filter/index.js';
import type { ScimContext } from '../request.js';
import { OKTA_LICENSE } from '../schema/index.js';

/** What a connection is shown of people's access in `roles` and `entitlements` of users; undefined for nothing. */
function accessView({ siteId, id, showEntitlements, assign }: Connection): AccessView | undefined {
  return showEntitlements || assign ? { siteId, connectionId: id, computed: showEntitlements } : undefined;
}

/** What is read with a user `u` to be shown. */
export function shownAccess({ connection }: Pick<ScimContext, 'connection'>): Sql | undefined {
  const view = accessView(connection);
  return view === undefined ? undefined : accessText(view, sql`u.id`);
}

/** How filters look at what is shown. */
export function filteredAccess({ connection }: Pick<ScimContext, 'connection'>): UserAccessOptions | undefined {
  const view = accessView(connection);
  return view && { view, licenceType: connection.roles === 'okta' ? OKTA_LICENSE.name : undefined };
}

/**
 * AccessBefore, to be read with a user `u` for a command on it.
 * @returns undefined where roles and entitlements are nothing but what clients write there
 */
export function knownAccess({ connection }: Pick<ScimContext, 'connection'>, user = sql`u.id`): Sql | undefined {
  const view = accessView(connection);
  if (view === undefined && connection.roleValues === 'any') return undefined;
  return accessBefore(connection.siteId, view, user);
}

/** The `type` that a published value has on users; Okta takes the name of the resource type for it. */
export function typeOnUsers(
  { kind, application }: Pick<AccessElement, 'kind' | 'application'>,
  { roles }: Pick<Connection, 'roles'>,
): string {
  return kind === 'licence' && roles === 'okta' ? OKTA_LICENSE.name : application;
}
