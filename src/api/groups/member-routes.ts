import { z } from 'zod';
import { changeMembers, connectionNames, requireGroup } from '../../administration/index.js';
import { listMembers, type MemberChange } from '../../directory/index.js';
import { pageOf, pageQuery, pageSchema } from '../paging.js';
import { matching } from '../preconditions.js';
import { type Route, route } from '../route.js';
import { AMBIGUOUS_GROUP, groupParameter, NO_GROUP, OUT_OF_SEATS, problem } from '../shared/schemas.js';
import { versionOf } from '../shared/versions.js';
import { member } from './group-schemas.js';
import type { GroupRouteDependencies } from './show-group.js';

const params = z.strictObject({ group: groupParameter });

/** The direct members of a group. */
export function memberRoutes({ limits }: Pick<GroupRouteDependencies, 'limits'>): Route[] {
  const most = limits.membersPerRequest;
  const ids = z.array(z.uuid()).default([]).describe('Ids of users and groups.');
  return [
    route({
      method: 'GET',
      path: '/groups/{group}/members',
      id: 'listMembers',
      tag: 'Groups',
      summary: 'The direct members of a group',
      description: 'Users before groups.',
      permission: 'directory:read',
      log: null,
      params,
      query: z.strictObject(pageQuery(limits)),
      body: null,
      output: pageSchema(member),
      status: 200,
      problems: [NO_GROUP, AMBIGUOUS_GROUP],
      async run({ params: { group }, query }, { administration }) {
        const { database, site } = administration;
        const { id: groupId } = await requireGroup(administration, group);
        const nameOf = await connectionNames(administration);
        const page = await pageOf(
          administration,
          {
            list: ['members', groupId],
            query,
            position: z.strictObject({ type: z.enum(['User', 'Group']), id: z.uuid() }),
          },
          (after, limit) => listMembers(database, site.id, groupId, { after, limit }),
          ({ type, id }) => ({ type, id }),
        );
        const items = page.items.map(({ ownerConnectionId, ...one }) => ({ ...one, owner: nameOf(ownerConnectionId) }));
        return { ...page, items };
      },
    }),

    route({
      method: 'POST',
      path: '/groups/{group}/members',
      id: 'changeMembers',
      tag: 'Groups',
      summary: 'Put users and groups into a group, and take others out',
      description:
        `All of it or nothing, whoever put them there. Up to ${most} ids in a request, the setting ` +
        'LIMIT_MEMBERS_PER_REQUEST. Ids that are in both lists are taken out first. Who is in, or is not in, stays so.',
      permission: 'directory:write',
      log: 'group.update',
      params,
      query: z.strictObject({}),
      body: z
        .strictObject({ add: ids, remove: ids })
        .refine(({ add, remove }) => add.length + remove.length > 0, { error: 'names nobody' })
        .refine(({ add, remove }) => add.length + remove.length <= most, {
          error: `at most ${most} members in a request, the setting LIMIT_MEMBERS_PER_REQUEST`,
        }),
      output: z.strictObject({
        id: z.uuid(),
        version: z.int(),
        changed: z.boolean().describe('Whether anybody came or went.'),
      }),
      status: 200,
      conditional: true,
      problems: [
        NO_GROUP,
        AMBIGUOUS_GROUP,
        problem(400, 'group.unknown-member', 'An id names no user and no group; the message says which.'),
        OUT_OF_SEATS,
      ],
      async run({ params: { group }, body: { add, remove } }, { administration, ifMatch }) {
        const { change, actor, site } = administration;
        const { id } = await requireGroup(administration, group);
        const guard = matching(ifMatch, versionOf('groups', site.id, id));
        const members: MemberChange[] = [
          ...(remove.length === 0 ? [] : [{ kind: 'remove', ids: remove } as const]),
          ...(add.length === 0 ? [] : [{ kind: 'add', ids: add } as const]),
        ];
        const request = { action: 'group.update', objectType: 'Group', objectId: id } as const;
        const { record, changed } = await change.run(actor, request, async () =>
          guard(await changeMembers(administration, id, members)),
        );
        return { id, version: record.version, changed };
      },
    }),
  ];
}
