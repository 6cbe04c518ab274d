import { z } from 'zod';
import { namedUser } from '../../administration/index.js';
import type { DirectoryDocuments } from '../../directory/index.js';
import { acceptInvitation, findByToken } from '../../invitations/index.js';
import { publicActor } from '../public-actor.js';
import { type Route, route } from '../route.js';
import { NO_USER, nothing, OUT_OF_SEATS, problem } from '../shared/schemas.js';
import { userState } from '../users/user-schemas.js';
import { personName } from './invitation-schemas.js';

/** The invited person comes. */
export function acceptRoute({ documents }: { readonly documents: DirectoryDocuments }): Route {
  return route({
    method: 'POST',
    path: '/invitations/accept',
    id: 'acceptInvitation',
    tag: 'Invitations',
    summary: 'Accept an invitation',
    description:
      'For the page that the link of the mail opens; the token is what stands behind the `#`. It is good once. The ' +
      'address is confirmed by it, and names may be said.',
    permission: 'public',
    log: 'invitation.accept',
    params: nothing,
    query: nothing,
    body: z.strictObject({ token: z.string().max(200), ...personName }),
    output: z.strictObject({ userName: z.string(), state: userState }),
    status: 200,
    problems: [
      problem(404, 'invitation.invalid-token', 'It was used, taken back or sent anew, or never was.'),
      problem(409, 'invitation.expired', 'Its time is over.'),
      problem(404, 'invitation.not-found', 'It is forgotten.'),
      problem(409, 'user.wrong-state', 'The user is not invited any more.'),
      problem(400, 'user.invalid', 'A name is not what the schema of users says.'),
      NO_USER,
      OUT_OF_SEATS,
    ],
    async run({ body: { token, ...name } }, { services: { database, change }, correlationId }) {
      const shown = await findByToken(database, token);
      const { siteId, userId } = shown;
      const actor = publicActor({ siteId, userId, correlationId });
      const request = { action: 'invitation.accept', objectType: 'User', objectId: userId } as const;
      const user = await change.run(actor, request, () => acceptInvitation(actor, shown, namedUser(documents, name)));
      return { userName: user.userName, state: user.status.state };
    },
  });
}
