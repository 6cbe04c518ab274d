import { apiError, badRequest } from '../http/answer.ts';
import type { PushEvent } from '../state/directory.ts';
import { isObject, type JsonObject } from '../state/json.ts';
import type { ApiRequest, Route, World } from './route.ts';
import { selectUsers } from './users.ts';

const EVENTS = ['add', 'delete', 'makeAdmin', 'undelete', 'update'];
/** An emulator sends nothing to other machines. */
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

export const watchRoutes: readonly Route[] = [
  {
    api: 'users.watch',
    method: 'POST',
    path: '/admin/directory/v1/users/watch',
    area: 'users',
    answer: (request, world) => ({ object: watch(request, world) }),
  },
  {
    api: 'channels.stop',
    method: 'POST',
    path: '/admin/directory_v1/channels/stop',
    area: 'users',
    answer({ body, caller }, { channels }) {
      const { id, resourceId } = objectOf(body);
      channels.stop(String(id), String(resourceId), caller.serviceAccount);
      return { answer: { status: 204 } };
    },
  },
];

function watch(request: ApiRequest, world: World): JsonObject {
  const { query, caller } = request;
  const { id, type, address, token, params, expiration } = objectOf(request.body);
  if (typeof id !== 'string' || !/^[\w\-+/=]{1,64}$/.test(id)) throw badRequest('Invalid channel id');
  if (type !== 'web_hook' && type !== 'webhook') throw badRequest(`Unknown channel type: ${String(type)}`);
  requireReachable(address);
  const event = query.get('event');
  if (event !== null && !EVENTS.includes(event)) throw badRequest(`Invalid value for: event ${event}`);
  const channel = world.channels.open({
    id,
    address: String(address),
    token: token === undefined ? undefined : String(token),
    serviceAccount: caller.serviceAccount,
    event: (event as PushEvent | null) ?? undefined,
    covers: selectUsers(request, world),
    resourceUri: `https://admin.googleapis.com/admin/directory/v1/users?${query}`,
    life: lifeOf(params, expiration, world),
  });
  return {
    kind: 'api#channel',
    id: channel.id,
    resourceId: channel.resourceId,
    resourceUri: channel.resourceUri,
    ...(channel.token !== undefined && { token: channel.token }),
    expiration: String(channel.expiration),
  };
}

function objectOf(body: unknown): JsonObject {
  if (!isObject(body)) throw badRequest('Parse Error');
  return body;
}

function requireReachable(address: unknown): void {
  const url = typeof address === 'string' ? URL.parse(address) : null;
  if (url !== null && LOOPBACK.test(url.hostname) && /^https?:$/.test(url.protocol)) return;
  if (url?.protocol !== 'https:') {
    throw apiError(400, 'push.webhookUrlNotHttps', `WebHook callback must be HTTPS: ${String(address)}`);
  }
  throw apiError(401, 'push.webhookUrlUnauthorized', `Unauthorized WebHook callback channel: ${url.href}`);
}

/** Milliseconds, from a number of seconds or the time of the end. */
function lifeOf(params: unknown, expiration: unknown, { clock }: World): number | undefined {
  const ttl = isObject(params) ? params.ttl : undefined;
  const life =
    ttl !== undefined ? Number(ttl) * 1_000 : expiration !== undefined ? Number(expiration) - clock.now() : undefined;
  if (life !== undefined && !(life > 0)) throw badRequest('Invalid channel expiration');
  return life;
}
