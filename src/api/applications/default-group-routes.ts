import { z } from 'zod';
import { requireGroup } from '../../administration/index.js';
import { addDefaultGroup, removeDefaultGroup } from '../../licensing/index.js';
import { versionTag } from '../preconditions.js';
import { type Route, route } from '../route.js';
import {
  AMBIGUOUS_GROUP,
  applicationParameter,
  groupParameter,
  NO_APPLICATION,
  NO_GROUP,
  NO_ROLE,
  nothing,
  OUT_OF_SEATS,
  problem,
} from '../shared/schemas.js';
import { application } from './application-schemas.js';
import { inApplication, roleId } from './in-application.js';

const TAG = 'Default groups';
const OBJECT = 'Application';
const params = z.strictObject({
  key: applicationParameter,
  role: z.string().describe('The key of a role.'),
  group: groupParameter,
});

/** Groups that people are put into who are given a role. Each answer shows the whole application. */
export function defaultGroupRoutes(): Route[] {
  const shared = {
    path: '/applications/{key}/roles/{role}/default-groups/{group}',
    tag: TAG,
    permission: 'licensing:write',
    params,
    query: nothing,
    body: null,
    output: application,
    status: 200,
    conditional: true,
    etag: versionTag,
  } as const;
  return [
    route({
      ...shared,
      method: 'PUT',
      id: 'addDefaultGroup',
      summary: 'Put people who are given a role into a group',
      description: 'The group gets the role where it does not have it.',
      log: 'default-group.add',
      problems: [
        NO_APPLICATION,
        NO_ROLE,
        NO_GROUP,
        AMBIGUOUS_GROUP,
        problem(409, 'default-group.exists', 'It is a default group of the role already.'),
        problem(409, 'default-group.cycle', 'It lies in a circle with another default group.'),
        OUT_OF_SEATS,
      ],
      async run({ params: { key, role, group } }, { administration, ifMatch }) {
        const [of, { id: groupId }] = [
          await roleId(administration, key, role),
          await requireGroup(administration, group),
        ];
        const command = () => addDefaultGroup(administration.actor, of, groupId);
        return inApplication(administration, {
          key,
          ifMatch,
          action: 'default-group.add',
          objectType: OBJECT,
          command,
        });
      },
    }),

    route({
      ...shared,
      method: 'DELETE',
      id: 'removeDefaultGroup',
      summary: 'No longer do so',
      description: 'The group and what it gives stay.',
      log: 'default-group.remove',
      problems: [
        NO_APPLICATION,
        NO_ROLE,
        NO_GROUP,
        AMBIGUOUS_GROUP,
        problem(404, 'default-group.not-found', 'It is no default group of the role.'),
      ],
      async run({ params: { key, role, group } }, { administration, ifMatch }) {
        const [of, { id: groupId }] = [
          await roleId(administration, key, role),
          await requireGroup(administration, group),
        ];
        const command = () => removeDefaultGroup(administration.actor, of, groupId);
        return inApplication(administration, {
          key,
          ifMatch,
          action: 'default-group.remove',
          objectType: OBJECT,
          command,
        });
      },
    }),
  ];
}
