import { deleteGroup, deleteUser } from '../directory/index.js';
import { removeApplication, removeRole } from '../licensing/index.js';
import type { Administration } from './administration.js';
import { type Guard, unguarded } from './guard.js';

/** What is to go, and who has agreed to what people lose by it. */
export interface Deletion {
  readonly id: string;
  /** The hash of the outcome that was shown, `any` for whatever is lost; undefined where nobody has confirmed yet. */
  readonly confirmation: string | undefined;
  readonly guard?: Guard;
}

/** Schedules a user for deletion. @throws ConfirmationNeeded `user.has-access`; RollcallError `user.not-found` */
export function deleteUserConfirmed(
  { database, change, actor }: Pick<Administration, 'database' | 'change' | 'actor'>,
  { id, confirmation: given, guard = unguarded }: Deletion,
): Promise<void> {
  return change.run(
    actor,
    { action: 'user.delete', objectType: 'User', objectId: id },
    async () => guard(await deleteUser(database, actor, id, () => undefined)),
    { code: 'user.has-access', doing: 'Deleting', given },
  );
}

/** Schedules a group for deletion. @throws ConfirmationNeeded `group.gives-access`; RollcallError `group.not-found` */
export function deleteGroupConfirmed(
  { change, actor }: Pick<Administration, 'change' | 'actor'>,
  { id, confirmation: given, guard = unguarded }: Deletion,
): Promise<void> {
  return change.run(
    actor,
    { action: 'group.delete', objectType: 'Group', objectId: id },
    () => guard(deleteGroup(actor, id, () => undefined)),
    { code: 'group.gives-access', doing: 'Deleting', given },
  );
}

/** Takes an application away. @throws ConfirmationNeeded `application.in-use`; RollcallError `application.not-found` */
export function removeApplicationConfirmed(
  { change, actor }: Pick<Administration, 'change' | 'actor'>,
  { id, confirmation: given, guard = unguarded }: Deletion,
): Promise<void> {
  return change.run(
    actor,
    { action: 'application.remove', objectType: 'Application', objectId: id },
    () => guard(removeApplication(actor, id)),
    { code: 'application.in-use', doing: 'Removing the application', given },
  );
}

/**
 * Takes a role of an application, whose id it is, away.
 * @throws ConfirmationNeeded `application.role-in-use`; RollcallError `application.role-not-found`,
 *   `application.last-role`, `licence.no-role`
 */
export function removeRoleConfirmed(
  { change, actor }: Pick<Administration, 'change' | 'actor'>,
  key: string,
  { id, confirmation: given, guard = unguarded }: Deletion,
): Promise<void> {
  return change.run(
    actor,
    { action: 'role.remove', objectType: 'Application', objectId: id },
    () => guard(removeRole(actor, id, key)),
    { code: 'application.role-in-use', doing: `Removing the role "${key}" of`, given },
  );
}
