import { z } from 'zod';
import { connectionNames, deleteUserConfirmed, requireUser } from '../../administration/index.js';
import { comparisonKey, createUser, findUsers, updateUser } from '../../directory/index.js';
import { readEntitlements, readWaitingPlaces } from '../../licensing/index.js';
import { pageOf, pageQuery, pageSchema } from '../paging.js';
import { matching, versionTag } from '../preconditions.js';
import { type Route, route } from '../route.js';
import { confirmationQuery, NO_USER, nothing, problem, userParameter } from '../shared/schemas.js';
import { versionOf } from '../shared/versions.js';
import { createShowUser, type UserRouteDependencies } from './show-user.js';
import { entitlement, shownUser, userState, userSummary, userType, waitingPlace } from './user-schemas.js';

const TAG = 'Users';
const params = z.strictObject({ user: userParameter });
const INVALID = problem(400, 'user.invalid', 'An attribute is not what its schema says.');
const NAME_TAKEN = problem(409, 'user.user-name-taken', 'Another user has the userName.');
const VALUE_TAKEN = problem(409, 'attribute.value-taken', 'Another user has a value that only one may have.');

/** Looking at users, and writing what is known of them. */
export function userRoutes({ documents, limits }: UserRouteDependencies): Route[] {
  const show = createShowUser(documents);
  return [
    route({
      method: 'GET',
      path: '/users',
      id: 'listUsers',
      tag: TAG,
      summary: 'Users in the order of their userName',
      description: 'Deleted ones are listed only when their state is asked for.',
      permission: 'directory:read',
      log: null,
      params: nothing,
      query: z.strictObject({
        search: z.string().optional().describe('What the userName starts with; letter case does not matter.'),
        state: userState.optional(),
        type: userType.optional(),
        ...pageQuery(limits),
      }),
      body: null,
      output: pageSchema(userSummary),
      status: 200,
      problems: [],
      async run({ query }, { administration }) {
        const { database, site } = administration;
        const { search: prefix, state, type } = query;
        const nameOf = await connectionNames(administration);
        const page = await pageOf(
          administration,
          { list: ['users'], query, position: z.strictObject({ key: z.string(), id: z.uuid() }) },
          (after, limit) => findUsers(database, site.id, { prefix, state, type, after, limit }),
          ({ userName, id }) => ({ key: comparisonKey(userName), id }),
        );
        const items = page.items.map(({ ownerConnectionId, ...user }) => ({
          ...user,
          owner: nameOf(ownerConnectionId),
        }));
        return { ...page, items };
      },
    }),

    route({
      method: 'POST',
      path: '/users',
      id: 'createUser',
      tag: TAG,
      summary: 'Create a local user',
      description:
        'The body is a user in the shape of SCIM (RFC 7643 section 4.1) with the extensions of this server; `schemas` ' +
        'may be left out. Access comes by groups and grants.',
      permission: 'directory:write',
      log: 'user.create',
      params: nothing,
      query: nothing,
      body: z.record(z.string(), z.unknown()),
      output: shownUser,
      status: 201,
      problems: [INVALID, NAME_TAKEN, VALUE_TAKEN],
      etag: versionTag,
      async run({ body }, { administration }) {
        const { change, actor } = administration;
        const request = { action: 'user.create', objectType: 'User' } as const;
        const { id } = await change.run(actor, request, () => createUser(actor, documents.newUser(body)));
        return show(administration, id);
      },
    }),

    route({
      method: 'GET',
      path: '/users/{user}',
      id: 'getUser',
      tag: TAG,
      summary: 'A user with state, groups, access and identities',
      description: 'Deleted ones are found by their id, and by the userName that they had.',
      permission: 'directory:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: shownUser,
      status: 200,
      problems: [NO_USER, problem(409, 'user.name-not-unique', 'Several deleted users had the name: use an id.')],
      etag: versionTag,
      run: ({ params: { user } }, { administration }) => show(administration, user),
    }),

    route({
      method: 'PATCH',
      path: '/users/{user}',
      id: 'updateUser',
      tag: TAG,
      summary: 'Change attributes of a user',
      description:
        'A merge patch (RFC 7396) of the attributes: what is named is replaced, null takes it away, what is not named ' +
        'stays. The state has commands of its own. Also for users whom a connection manages, which may write over it.',
      permission: 'directory:write',
      log: 'user.update',
      params,
      query: nothing,
      body: z.record(z.string(), z.unknown()),
      output: shownUser,
      status: 200,
      conditional: true,
      problems: [NO_USER, INVALID, NAME_TAKEN, VALUE_TAKEN],
      etag: versionTag,
      async run({ params: { user }, body }, { administration, ifMatch }) {
        const { change, actor, site } = administration;
        const { id } = await requireUser(administration, user);
        const guard = matching(ifMatch, versionOf('users', site.id, id));
        await change.run(actor, { action: 'user.update', objectType: 'User', objectId: id }, () =>
          guard(updateUser(actor, id, (current) => documents.userEdit(current, body))),
        );
        return show(administration, id);
      },
    }),

    route({
      method: 'DELETE',
      path: '/users/{user}',
      id: 'deleteUser',
      tag: TAG,
      summary: 'Schedule a user for deletion',
      description:
        'Everything is kept until the grace period DELETION_GRACE_DAYS is over, and can be restored. Where the user has ' +
        'access to something, the first answer is 409 and says what would be lost.',
      permission: 'directory:write',
      log: 'user.delete',
      params,
      query: z.strictObject(confirmationQuery),
      body: null,
      output: shownUser,
      status: 200,
      conditional: true,
      problems: [
        NO_USER,
        problem(409, 'user.has-access', 'The user has access to something: confirm that it is lost.'),
      ],
      etag: versionTag,
      async run({ params: { user }, query: { confirmation } }, { administration, ifMatch }) {
        const { id } = await requireUser(administration, user);
        const guard = matching(ifMatch, versionOf('users', administration.site.id, id));
        await deleteUserConfirmed(administration, { id, confirmation, guard });
        return show(administration, id);
      },
    }),

    route({
      method: 'GET',
      path: '/users/{user}/entitlements',
      id: 'getEntitlements',
      tag: TAG,
      summary: 'What a user has in applications, and what they wait for',
      description: 'The result of all groups and grants; `explanation` says why.',
      permission: 'licensing:read',
      log: null,
      params,
      query: nothing,
      body: null,
      output: z.strictObject({ entitlements: z.array(entitlement), waiting: z.array(waitingPlace) }),
      status: 200,
      problems: [NO_USER],
      async run({ params: { user } }, { administration }) {
        const { database, site } = administration;
        const { id } = await requireUser(administration, user);
        return {
          entitlements: await readEntitlements(database, site.id, id),
          waiting: await readWaitingPlaces(database, site.id, id),
        };
      },
    }),
  ];
}
