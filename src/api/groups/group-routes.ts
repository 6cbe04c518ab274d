import { z } from 'zod';
import { connectionNames, requireGroup } from '../../administration/index.js';
import { comparisonKey, createGroup, findGroups, updateGroup } from '../../directory/index.js';
import { pageOf, pageQuery, pageSchema } from '../paging.js';
import { matching, versionTag } from '../preconditions.js';
import { type Route, route } from '../route.js';
import { AMBIGUOUS_GROUP, groupParameter, NO_GROUP, nothing, problem } from '../shared/schemas.js';
import { versionOf } from '../shared/versions.js';
import { groupSummary, shownGroup } from './group-schemas.js';
import { createShowGroup, type GroupRouteDependencies } from './show-group.js';

const TAG = 'Groups';
const params = z.strictObject({ group: groupParameter });
const INVALID = problem(400, 'group.invalid', 'An attribute is not what its schema says.');
const VALUE_TAKEN = problem(409, 'attribute.value-taken', 'Another group has a value that only one may have.');

/** Looking at groups, and making and changing them. */
export function groupRoutes({ documents, limits }: GroupRouteDependencies): Route[] {
  const show = createShowGroup(documents);
  return [
    route({
      method: 'GET',
      path: '/groups',
      id: 'listGroups',
      tag: TAG,
      summary: 'Groups in the order of their names',
      description: 'Deleted ones are not listed.',
      permission: 'directory:read',
      log: null,
      params: nothing,
      query: z.strictObject({
        search: z.string().optional().describe('What the name starts with; letter case does not matter.'),
        ...pageQuery(limits),
      }),
      body: null,
      output: pageSchema(groupSummary),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const { database, site } = administration;
        const nameOf = await connectionNames(administration);
        const page = await pageOf(
          administration,
          { list: ['groups'], query, position: z.strictObject({ key: z.string(), id: z.uuid() }) },
          (after, limit) => findGroups(database, site.id, { prefix: query.search, after, limit }),
          ({ displayName, id }) => ({ key: comparisonKey(displayName), id }),
        );
        const items = page.items.map(({ ownerConnectionId, ...group }) => ({
          ...group,
          owner: nameOf(ownerConnectionId),
        }));
        return { ...page, items };
      },
    }),

    route({
      method: 'POST',
      path: '/groups',
      id: 'createGroup',
      tag: TAG,
      summary: 'Create a local group',
      description:
        'The body is a group in the shape of SCIM (RFC 7643 section 4.2) without members; `schemas` may be left out.',
      permission: 'directory:write',
      log: 'group.create',
      params: nothing,
      query: nothing,
      body: z.record(z.string(), z.unknown()),
      output: shownGroup,
      status: 201,
      problems: [INVALID, VALUE_TAKEN],
      etag: versionTag,
      async run({ body }, { administration }) {
        const { database, change, actor } = administration;
        const request = { action: 'group.create', objectType: 'Group' } as const;
        const { id } = await change.run(actor, request, () => {
          const profile = documents.newGroup(body);
          return createGroup(database, actor, {
            profile,
            externalId: undefined,
            members: [],
            unknownMembers: 'reject',
          });
        });
        return show(administration, id);
      },
    }),

    route({
      method: 'GET',
      path: '/groups/{group}',
      id: 'getGroup',
      tag: TAG,
      summary: 'A group',
      description: 'Its members are a list of their own.',
      permission: 'directory:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: shownGroup,
      status: 200,
      problems: [NO_GROUP, AMBIGUOUS_GROUP],
      etag: versionTag,
      run: ({ params: { group } }, { administration }) => show(administration, group),
    }),

    route({
      method: 'PATCH',
      path: '/groups/{group}',
      id: 'updateGroup',
      tag: TAG,
      summary: 'Rename a group, or change other attributes of it',
      description:
        'A merge patch (RFC 7396) of the attributes. Also for groups that a connection manages, which may write over it.',
      permission: 'directory:write',
      log: 'group.update',
      params,
      query: nothing,
      body: z.record(z.string(), z.unknown()),
      output: shownGroup,
      status: 200,
      conditional: true,
      problems: [NO_GROUP, AMBIGUOUS_GROUP, INVALID, VALUE_TAKEN],
      etag: versionTag,
      async run({ params: { group }, body }, { administration, ifMatch }) {
        const { database, change, actor, site } = administration;
        const { id } = await requireGroup(administration, group);
        const guard = matching(ifMatch, versionOf('groups', site.id, id));
        await change.run(actor, { action: 'group.update', objectType: 'Group', objectId: id }, async () =>
          guard(
            await updateGroup(database, actor, id, {
              edit: (current) => documents.groupEdit(current, body),
              members: [],
              unknownMembers: 'reject',
            }),
          ),
        );
        return show(administration, id);
      },
    }),
  ];
}
