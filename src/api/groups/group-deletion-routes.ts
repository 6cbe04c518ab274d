import { z } from 'zod';
import { deleteGroupConfirmed, requireDeletedGroup, requireGroup } from '../../administration/index.js';
import { restoreGroup } from '../../directory/index.js';
import { matching, versionTag } from '../preconditions.js';
import { type Route, route } from '../route.js';
import {
  AMBIGUOUS_GROUP,
  confirmationQuery,
  groupParameter,
  NO_GROUP,
  nothing,
  OUT_OF_SEATS,
  problem,
} from '../shared/schemas.js';
import { versionOf } from '../shared/versions.js';
import { shownGroup } from './group-schemas.js';
import { createShowGroup, type GroupRouteDependencies } from './show-group.js';

const TAG = 'Groups';
const params = z.strictObject({ group: groupParameter });

/** Deleting groups, and bringing them back. */
export function groupDeletionRoutes({ documents }: Pick<GroupRouteDependencies, 'documents'>): Route[] {
  const show = createShowGroup(documents);
  return [
    route({
      method: 'DELETE',
      path: '/groups/{group}',
      id: 'deleteGroup',
      tag: TAG,
      summary: 'Schedule a group for deletion',
      description:
        'What it gives goes with it; members and grants are kept for a restore. Where people would lose something, the ' +
        'first answer is 409 and says who loses what.',
      permission: 'directory:write',
      log: 'group.delete',
      params,
      query: z.strictObject(confirmationQuery),
      body: null,
      output: null,
      status: 204,
      conditional: true,
      problems: [
        NO_GROUP,
        AMBIGUOUS_GROUP,
        problem(409, 'group.gives-access', 'People would lose what the group gives: confirm it.'),
      ],
      async run({ params: { group }, query: { confirmation } }, { administration, ifMatch }) {
        const { id } = await requireGroup(administration, group);
        const guard = matching(ifMatch, versionOf('groups', administration.site.id, id));
        await deleteGroupConfirmed(administration, { id, confirmation, guard });
        return undefined;
      },
    }),

    route({
      method: 'POST',
      path: '/groups/{group}/restore',
      id: 'restoreGroup',
      tag: TAG,
      summary: 'Bring a group back that is scheduled for deletion',
      description: 'With its members, the groups in it and above it, and what it gives.',
      permission: 'directory:write',
      log: 'group.restore',
      params,
      query: nothing,
      body: nothing,
      output: shownGroup,
      status: 200,
      problems: [
        NO_GROUP,
        AMBIGUOUS_GROUP,
        problem(409, 'group.not-deleted', 'The group is not deleted.'),
        problem(409, 'group.erased', 'The grace period is over.'),
        problem(409, 'group.name-taken', 'Another group has the name, which only one may have.'),
        problem(409, 'attribute.value-taken', 'Another group has a value that only one may have.'),
        OUT_OF_SEATS,
      ],
      etag: versionTag,
      async run({ params: { group } }, { administration }) {
        const { change, actor } = administration;
        const { id } = await requireDeletedGroup(administration, group);
        await change.run(actor, { action: 'group.restore', objectType: 'Group', objectId: id }, () =>
          restoreGroup(actor, id),
        );
        return show(administration, id);
      },
    }),
  ];
}
