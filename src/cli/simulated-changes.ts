import { z } from 'zod';
import type { CommandSource } from '../change/index.js';
import { type Actor, deleteGroup, type MemberChange, updateGroup } from '../directory/index.js';
import { addGrant, changeLicence, findApplication, type GrantHolder, removeGrant } from '../licensing/index.js';
import { chooseLicence, requireGroup, requireRole, requireUser } from './lookup.js';
import type { SiteServices } from './session.js';
import { UsageError } from './usage-error.js';

const name = z.string().min(1);
/** A user or a group: one of the two. */
const holder = { user: name.optional(), group: name.optional() };

const simulatedChange = z.discriminatedUnion('change', [
  z.strictObject({
    change: z.enum(['add-member', 'remove-member']),
    group: name,
    user: name.optional(),
    member: name.optional(),
  }),
  z.strictObject({ change: z.enum(['grant', 'revoke']), application: name, role: name, ...holder }),
  z.strictObject({ change: z.literal('delete-group'), group: name }),
  z.strictObject({
    change: z.literal('set-seats'),
    application: name,
    licence: name,
    seats: z.int().min(0).nullable(),
  }),
]);

export type SimulatedChange = z.infer<typeof simulatedChange>;

/** What one run looks at: each is a transaction's work. */
const MOST_CHANGES = 1000;

/** @throws UsageError where the text is no list of changes */
export function parseSimulatedChanges(text: string): readonly SimulatedChange[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UsageError('the changes are not valid JSON');
  }
  const parsed = z.array(simulatedChange).min(1).max(MOST_CHANGES).safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(
    `the changes are not as they should be: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
  );
}

/**
 * The command that would make a change.
 * @throws RollcallError `user.not-found`, `group.not-found`, `application.not-found`, …
 */
export async function sourceOf(services: SiteServices, wanted: SimulatedChange): Promise<CommandSource<unknown>> {
  const { actor } = services;
  switch (wanted.change) {
    case 'add-member':
    case 'remove-member': {
      const { id } = await requireGroup(services, wanted.group);
      const member = await memberOf(services, wanted);
      const kind = wanted.change === 'add-member' ? 'add' : 'remove';
      return () => changeMembers(services, id, [{ kind, ids: [member] }]);
    }
    case 'grant':
    case 'revoke': {
      const { id } = await requireRole(services, wanted.application, wanted.role);
      const to = await holderOf(services, wanted);
      return () => (wanted.change === 'grant' ? addGrant(actor, id, to) : removeGrant(actor, id, to));
    }
    case 'delete-group': {
      const { id } = await requireGroup(services, wanted.group);
      return () => groupDeletion(actor, id);
    }
    case 'set-seats': {
      const application = await findApplication(services.database, services.site.id, wanted.application);
      const { id } = chooseLicence(application, wanted.licence);
      return () => changeLicence(actor, id, { seats: wanted.seats ?? undefined });
    }
  }
}

/** Whoever is at the command line is bound by no version. */
export function groupDeletion(actor: Actor, id: string) {
  return deleteGroup(actor, id, () => undefined);
}

/** Members that come and go; the group's attributes stay. */
export function changeMembers({ database, actor }: SiteServices, groupId: string, members: readonly MemberChange[]) {
  return updateGroup(database, actor, groupId, { members, unknownMembers: 'reject' });
}

async function memberOf(
  services: SiteServices,
  { user, member }: { user?: string | undefined; member?: string | undefined },
) {
  if (user !== undefined && member === undefined) return (await requireUser(services, user)).id;
  if (member !== undefined && user === undefined) return (await requireGroup(services, member)).id;
  throw new UsageError('a change of members names a user, or a member that is a group, and not both');
}

async function holderOf(
  services: SiteServices,
  { user, group }: { user?: string | undefined; group?: string | undefined },
): Promise<GrantHolder> {
  if (user !== undefined && group === undefined) return { kind: 'user', id: (await requireUser(services, user)).id };
  if (group !== undefined && user === undefined) return { kind: 'group', id: (await requireGroup(services, group)).id };
  throw new UsageError('a grant names a user or a group, and not both');
}
