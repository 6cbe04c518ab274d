import { z } from 'zod';
import type { CommandSource, Outlook } from '../change/index.js';
import { deleteGroup, type MemberChange, updateGroup } from '../directory/index.js';
import { addGrant, changeLicence, findApplication, removeGrant } from '../licensing/index.js';
import type { Administration } from './administration.js';
import { chooseLicence, requireGroup, requireHolder, requireRole } from './lookup.js';

const name = z.string().min(1);

/** Whether one of two is there. */
export function either(one: unknown, other: unknown): boolean {
  return (one === undefined) !== (other === undefined);
}

const simulatedChange = z.discriminatedUnion('change', [
  z
    .strictObject({
      change: z.enum(['add-member', 'remove-member']),
      group: name.describe('Id or name.'),
      user: name.optional().describe('Id or userName.'),
      member: name.optional().describe('Id or name of a group that is the member.'),
    })
    .refine(({ user, member }) => either(user, member), {
      error: 'a change of members names a user, or a member that is a group, and not both',
    }),
  z
    .strictObject({
      change: z.enum(['grant', 'revoke']),
      application: name,
      role: name,
      user: name.optional().describe('Id or userName.'),
      group: name.optional().describe('Id or name.'),
    })
    .refine(({ user, group }) => either(user, group), { error: 'a grant names a user or a group, and not both' }),
  z.strictObject({ change: z.literal('delete-group'), group: name.describe('Id or name.') }),
  z.strictObject({
    change: z.literal('set-seats'),
    application: name,
    licence: name.describe('Its name.'),
    seats: z.int().min(0).nullable().describe('Null: no limit.'),
  }),
]);

type SimulatedChange = z.infer<typeof simulatedChange>;

/** What one run looks at: each is a transaction's work. */
const MOST_CHANGES = 1000;

/** Changes whose outcome somebody wants to know before they are made. */
export const simulatedChanges = z.array(simulatedChange).min(1).max(MOST_CHANGES);

/**
 * What changes would do, one after the other; nothing is kept of it.
 * @throws what the changes themselves would throw; RollcallError `user.not-found`, `group.not-found` …
 */
export async function simulateChanges(
  administration: Administration,
  changes: readonly SimulatedChange[],
): Promise<Outlook> {
  const sources = [];
  for (const wanted of changes) sources.push(await sourceOf(administration, wanted));
  return administration.change.simulate(administration.actor, sources);
}

/**
 * The command that would make a change.
 * @throws RollcallError `user.not-found`, `group.not-found`, `application.not-found`, …
 */
async function sourceOf(administration: Administration, wanted: SimulatedChange): Promise<CommandSource<unknown>> {
  const { actor } = administration;
  switch (wanted.change) {
    case 'add-member':
    case 'remove-member': {
      const { id } = await requireGroup(administration, wanted.group);
      const { holder } = await requireHolder(administration, { user: wanted.user, group: wanted.member });
      const kind = wanted.change === 'add-member' ? 'add' : 'remove';
      return () => changeMembers(administration, id, [{ kind, ids: [holder.id] }]);
    }
    case 'grant':
    case 'revoke': {
      const { id } = await requireRole(administration, wanted.application, wanted.role);
      const { holder } = await requireHolder(administration, wanted);
      return () => (wanted.change === 'grant' ? addGrant(actor, id, holder) : removeGrant(actor, id, holder));
    }
    case 'delete-group': {
      const { id } = await requireGroup(administration, wanted.group);
      return () => deleteGroup(actor, id, () => undefined);
    }
    case 'set-seats': {
      const application = await findApplication(administration.database, administration.site.id, wanted.application);
      const { id } = chooseLicence(application, wanted.licence);
      return () => changeLicence(actor, id, { seats: wanted.seats ?? undefined });
    }
  }
}

/** Members that come and go; the group's attributes stay. */
export function changeMembers({ database, actor }: Administration, groupId: string, members: readonly MemberChange[]) {
  return updateGroup(database, actor, groupId, { members, unknownMembers: 'reject' });
}
