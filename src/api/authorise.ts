import type { ApiCaller } from '../connections/index.js';
import { Problem } from './problem.js';
import type { Route } from './route.js';

/**
 * The one place that decides whether somebody may use a route: by the permissions that they come with, and by what
 * those are good for. A token of an application says nothing of whether there are others.
 * @throws Problem `token.scope`, `token.other-application`
 */
export function authorise(
  { permission }: Pick<Route, 'permission'>,
  caller: ApiCaller,
  params: Readonly<Record<string, string>>,
): void {
  if (permission === 'public') return;
  const held: readonly string[] = caller.scopes;
  if (!held.includes(permission)) {
    throw new Problem(403, 'token.scope', `The token needs the scope ${permission} for this.`, {
      'www-authenticate': `Bearer realm="rollcall", error="insufficient_scope", scope="${permission}"`,
    });
  }
  if (caller.kind === 'application' && params.key !== caller.applicationKey) {
    const detail = `The token is of the application "${caller.applicationKey}" and good for that alone.`;
    throw new Problem(403, 'token.other-application', detail);
  }
}
