import { z } from 'zod';
import { requireDeletedUser, requireUser } from '../../administration/index.js';
import { eraseUserEverywhere } from '../../change/index.js';
import {
  type Actor,
  deactivateUser,
  type LockingCommand,
  reactivateByDecision,
  restoreUser,
  suspendUser,
} from '../../directory/index.js';
import { changeUserType } from '../../licensing/index.js';
import { matching, versionTag } from '../preconditions.js';
import { type DeclaredProblem, type Route, route } from '../route.js';
import { moment, NO_USER, nothing, OUT_OF_SEATS, problem, userParameter } from '../shared/schemas.js';
import { versionOf } from '../shared/versions.js';
import { createShowUser, type UserRouteDependencies } from './show-user.js';
import { shownUser, userType } from './user-schemas.js';

const params = z.strictObject({ user: userParameter });
const WRONG_STATE = problem(409, 'user.wrong-state', 'The state of the user leaves nothing to do.');
const AMBIGUOUS = problem(409, 'user.name-not-unique', 'Several deleted users had the name: use an id.');

interface Decision<Body extends z.ZodObject> {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly log: string;
  readonly body: Body;
  readonly problems: readonly DeclaredProblem[];
  command(actor: Actor, id: string, body: z.output<Body>): LockingCommand<unknown>;
}

/** What an administrator decides about somebody: their state and what kind of user they are. */
export function userStateRoutes({ documents }: Pick<UserRouteDependencies, 'documents'>): Route[] {
  const show = createShowUser(documents);

  /** A decision about a user who can be seen. */
  function decision<Body extends z.ZodObject>({ path, command, body, problems, ...declared }: Decision<Body>): Route {
    return route({
      ...declared,
      path: `/users/{user}/${path}`,
      tag: 'Users',
      permission: 'directory:write',
      params,
      query: nothing,
      body,
      output: shownUser,
      status: 200,
      conditional: true,
      problems: [NO_USER, ...problems],
      etag: versionTag,
      async run(input, { administration, ifMatch }) {
        const { change, actor, site } = administration;
        const { id } = await requireUser(administration, input.params.user);
        const guard = matching(ifMatch, versionOf('users', site.id, id));
        // The declaration's own schema has parsed it.
        const wanted = input.body as z.output<Body>;
        await change.run(actor, { action: declared.log, objectType: 'User', objectId: id }, () =>
          guard(command(actor, id, wanted)),
        );
        return show(administration, id);
      },
    });
  }

  return [
    decision({
      method: 'POST',
      path: 'suspend',
      id: 'suspendUser',
      summary: 'Keep a user out',
      description: 'Groups, grants and places in queues stay, seats are free at once; no connection can end it.',
      log: 'user.suspend',
      body: z.strictObject({
        reason: z.string().min(1).max(1000).describe('Why; administrators see it.'),
        until: moment.optional().describe('When it ends by itself; left out: never.'),
      }),
      problems: [
        problem(400, 'user.no-reason', 'The reason is empty.'),
        problem(400, 'user.suspension-in-the-past', 'The end does not lie ahead.'),
        WRONG_STATE,
      ],
      command: (actor, id, { reason, until }) =>
        suspendUser(actor, id, { reason, until: until === undefined ? undefined : new Date(until) }),
    }),
    decision({
      method: 'POST',
      path: 'reactivate',
      id: 'reactivateUser',
      summary: 'End a suspension, or make a deactivated user active again',
      description: 'Seats are taken as licences have room: the user may end up waiting.',
      log: 'user.reactivate',
      body: nothing,
      problems: [WRONG_STATE, OUT_OF_SEATS],
      command: (actor, id) => reactivateByDecision(actor, id),
    }),
    decision({
      method: 'POST',
      path: 'deactivate',
      id: 'deactivateUser',
      summary: 'Make a user inactive',
      description: "Until an administrator or the user's connection says otherwise.",
      log: 'user.deactivate',
      body: nothing,
      problems: [WRONG_STATE],
      command: (actor, id) => deactivateUser(actor, id),
    }),
    decision({
      method: 'PUT',
      path: 'type',
      id: 'setUserType',
      summary: 'Say what kind of user somebody is',
      description: 'Seats follow. Whoever has roles that take a seat cannot become a customer.',
      log: 'user.set-type',
      body: z.strictObject({ type: userType }),
      problems: [problem(409, 'user.holds-seats', 'The user has roles that take a seat.'), OUT_OF_SEATS],
      command: (actor, id, { type }) => changeUserType(actor, id, type),
    }),

    route({
      method: 'POST',
      path: '/users/{user}/restore',
      id: 'restoreUser',
      tag: 'Users',
      summary: 'Bring a user back who is scheduled for deletion',
      description: 'With groups, grants, addresses and places in queues.',
      permission: 'directory:write',
      log: 'user.restore',
      params,
      query: nothing,
      body: z.strictObject({
        userName: z.string().optional().describe('The name to come back under, where somebody else has the old one.'),
      }),
      output: shownUser,
      status: 200,
      problems: [
        NO_USER,
        AMBIGUOUS,
        problem(400, 'user.invalid-user-name', 'The userName is empty or too long.'),
        WRONG_STATE,
        problem(409, 'user.erased', 'The grace period is over.'),
        problem(409, 'user.name-taken-meanwhile', 'Another user has the name now.'),
        problem(409, 'attribute.value-taken', 'Another user has a value that only one may have.'),
        OUT_OF_SEATS,
      ],
      etag: versionTag,
      async run({ params: { user }, body: { userName } }, { administration }) {
        const { database, change, actor } = administration;
        const { id } = await requireDeletedUser(administration, user);
        await change.run(actor, { action: 'user.restore', objectType: 'User', objectId: id }, () =>
          restoreUser(database, actor, id, userName),
        );
        return show(administration, id);
      },
    }),

    route({
      method: 'POST',
      path: '/users/{user}/purge',
      id: 'purgeUser',
      tag: 'Users',
      summary: 'Erase a user now who is scheduled for deletion',
      description: 'Nothing brings them back, and the log forgets who it was. The user is named by id.',
      permission: 'directory:write',
      log: 'user.erase',
      params: z.strictObject({ user: z.uuid().describe('The id.') }),
      query: nothing,
      body: z.strictObject({ confirm: z.literal(true).describe('That it cannot be undone is understood.') }),
      output: null,
      status: 204,
      problems: [NO_USER, WRONG_STATE, problem(409, 'user.erased', 'The user is erased already.')],
      async run({ params: { user: id } }, { administration: { change, actor } }) {
        await change.run(actor, { action: 'user.erase', objectType: 'User', objectId: id }, () =>
          eraseUserEverywhere(actor, id),
        );
        return undefined;
      },
    }),
  ];
}
