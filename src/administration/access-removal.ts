import type { Outlook } from '../change/index.js';
import { type Explanation, explain, removeGrant } from '../licensing/index.js';
import type { Administration } from './administration.js';
import { requireRole, requireUser } from './lookup.js';
import { changeMembers } from './simulated-changes.js';

/** What has to be taken away for a user to lose an application, and what would come of it. */
export interface AccessRemoval {
  readonly user: Explanation['user'];
  /** Groups that the user is in and that lead to the application. */
  readonly groups: readonly {
    readonly id: string;
    readonly name: string;
    /** The connection that put them there; null: an administrator. */
    readonly memberBy: string | null;
  }[];
  /** Roles that the user was given by name. */
  readonly grants: readonly string[];
  readonly outlook: Outlook;
}

/** Every path of a user to an application, or none. @throws RollcallError `user.not-found`, `application.not-found` */
export async function explainAccess(
  administration: Administration,
  idOrUserName: string,
  application: string,
): Promise<Explanation> {
  const { config, database, site } = administration;
  const { id } = await requireUser(administration, idOrUserName);
  return explain(database, site.id, id, application, config.licensing);
}

/** Every group that the user is in and that leads to the application, and every grant of their own. Changes nothing. */
export async function outlineAccessRemoval(
  administration: Administration,
  idOrUserName: string,
  application: string,
): Promise<AccessRemoval> {
  const { change, actor } = administration;
  const { user, paths } = await explainAccess(administration, idOrUserName, application);
  const groups = new Map(
    paths.flatMap(({ through: [group], memberBy }) =>
      group === undefined ? [] : [[group.id, { ...group, memberBy }] as const],
    ),
  );
  const grants = paths.filter(({ through }) => through.length === 0).map(({ role }) => role);
  const roles = await Promise.all(grants.map((role) => requireRole(administration, application, role)));
  const outlook = await change.simulate(actor, [
    ...[...groups.keys()].map((id) => () => changeMembers(administration, id, [{ kind: 'remove', ids: [user.id] }])),
    ...roles.map(
      ({ id }) =>
        () =>
          removeGrant(actor, id, { kind: 'user', id: user.id }),
    ),
  ]);
  return { user, groups: [...groups.values()], grants, outlook };
}
