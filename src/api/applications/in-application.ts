import { type Administration, type Guard, requireRole } from '../../administration/index.js';
import type { LockingCommand, ObjectType } from '../../directory/index.js';
import { type Application, findApplication } from '../../licensing/index.js';
import { applicationGuard, type ShownApplication, showApplication } from './show-application.js';

interface Wanted {
  readonly key: string;
  readonly ifMatch: string | undefined;
  /** Of the log. */
  readonly action: string;
  readonly objectType: ObjectType;
  command(application: Application): LockingCommand<unknown>;
}

/** Changes something in an application and shows it as it is then. @throws RollcallError `application.not-found` */
export async function inApplication(
  administration: Administration,
  { key, ifMatch, action, objectType, command }: Wanted,
): Promise<ShownApplication> {
  const { database, change, actor, site } = administration;
  const application = await findApplication(database, site.id, key);
  const guard: Guard = applicationGuard(administration, key, ifMatch);
  const objectId = objectType === 'Application' ? application.id : undefined;
  await change.run(actor, { action, objectType, objectId }, () => guard(command(application)));
  return showApplication(administration, key);
}

/** A command that is about a role of an application. @throws RollcallError `application.role-not-found` */
export async function roleId(administration: Administration, key: string, role: string): Promise<string> {
  return (await requireRole(administration, key, role)).id;
}
