import { listEtag } from '../api/etag.ts';
import type { ApiRequest, Listing, Paging, World } from '../api/route.ts';
import type { Caller } from '../auth/access-tokens.ts';
import { type AuthorizeParts, authenticate, authorize } from '../auth/authorize.ts';
import type { Faults } from '../faults/create-faults.ts';
import type { PageDraft } from '../faults/fault.ts';
import type { JsonObject } from '../state/json.ts';
import { type Answer, apiError, badRequest, GoogleError } from './answer.ts';
import { applyMask, parseFields } from './fields.ts';
import { knownFields } from './known-fields.ts';
import type { PageTokens, Walk } from './page-tokens.ts';
import type { RequestLog } from './request-log.ts';
import type { Router } from './router.ts';

export interface ApiCall {
  readonly method: string;
  /** The path as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  readonly batch: boolean;
}

export interface ApiService extends AuthorizeParts {
  readonly world: World;
  readonly router: Router;
  readonly pageTokens: PageTokens;
  readonly faults: Faults;
  readonly log: RequestLog;
}

/** Answers a request to the Directory or Reports API, alone or inside a batch, and writes it into the log. */
export async function answerApi(call: ApiCall, service: ApiService): Promise<Answer> {
  const { world, log, router } = service;
  const started = performance.now();
  const time = new Date(world.clock.now()).toISOString();
  log.count();
  let caller: Caller | undefined;
  let answer: Answer;
  try {
    caller = authenticate(call.headers.authorization, service);
    answer = await inTurn(call, caller, service);
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    answer = error.answer;
  }
  log.add({
    time,
    method: call.method,
    path: call.path,
    query: Object.fromEntries(call.query),
    api: router(call.method, call.path)?.route.api,
    status: answer.status,
    subject: caller?.subject,
    serviceAccount: caller?.serviceAccount,
    milliseconds: performance.now() - started,
    batch: call.batch,
  });
  return answer;
}

async function inTurn(call: ApiCall, caller: Caller, service: ApiService): Promise<Answer> {
  const { world } = service;
  const { quota } = world;
  quota.enter();
  try {
    if (world.settings.latency > 0) await new Promise((resolve) => setTimeout(resolve, world.settings.latency));
    quota.take(caller.subject ?? caller.serviceAccount);
    return await run(call, caller, service);
  } finally {
    quota.leave();
  }
}

async function run(call: ApiCall, caller: Caller, service: ApiService): Promise<Answer> {
  const { world, router, pageTokens } = service;
  const match = router(call.method, call.path);
  if (match === undefined) throw apiError(404, 'notFound', 'Not Found');
  const { route, params } = match;
  authorize(caller, route.area, service);
  const { query } = call;
  const body = call.method === 'GET' ? undefined : jsonOf(call.text);
  const mask = query.get('fields');
  const selection = mask === null ? 'all' : parseFields(mask, knownFields(route.api));
  const scope = `${route.api} ${JSON.stringify(params)}`;
  const walk = route.paging && pageTokens.open(query, scope, route.paging.limited);
  const pageSize = route.paging ? pageSizeOf(query, route.paging, world) : 0;
  const tokenBehind = (key: string | undefined) => pageTokens.issue(walk as Walk, query, scope, key);
  const request: ApiRequest = { api: route.api, params, query, body, caller, walk, pageSize, tokenBehind };

  const hooks = service.faults.hooks;
  for (const { before } of hooks) {
    const instead = await before?.(request);
    if (instead !== undefined) return instead;
  }
  let answer: Answer;
  try {
    const result = route.answer(request, world);
    if ('answer' in result) answer = result.answer;
    else if ('object' in result) {
      const object = hooks.reduce((draft, hook) => hook.object?.(request, draft) ?? draft, result.object);
      answer = { status: 200, body: object };
    } else {
      const draft = hooks.reduce((page, hook) => hook.page?.(request, page) ?? page, draftOf(result.list, request));
      answer = { status: 200, body: listBody(draft, world) };
    }
  } catch (error) {
    if (!(error instanceof GoogleError)) throw error;
    answer = error.answer;
  }
  answer = hooks.reduce((draft, hook) => hook.answer?.(request, draft) ?? draft, answer);
  if (answer.status !== 200 || answer.body === undefined) return answer;
  const { etag } = answer.body;
  const headers = { ...answer.headers, ...(typeof etag === 'string' && { etag }) };
  if (typeof etag === 'string' && call.headers['if-none-match'] === etag) return { status: 304, headers };
  return { ...answer, headers, body: applyMask(answer.body, selection) as JsonObject };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('Parse Error');
  }
}

function pageSizeOf(query: URLSearchParams, { default: usual, max }: Paging, { settings }: World): number {
  const text = query.get('maxResults');
  const wanted = text === null ? usual : Number(text);
  if (!Number.isInteger(wanted) || wanted < 1 || (wanted > max && settings.aboveMaxResults === 'refuse')) {
    throw badRequest(`Invalid value '${text}'. Values must be within the range: [1, ${max}]`);
  }
  return Math.min(wanted, max, settings.pageLimit ?? max);
}

function draftOf({ next, ...list }: Listing, request: ApiRequest): PageDraft {
  return { ...list, nextPageToken: next === undefined ? undefined : request.tokenBehind(next) };
}

/** An empty collection leaves out its key. */
function listBody({ kind, collection, items, nextPageToken }: PageDraft, { directory }: World): JsonObject {
  const tags = items.map(({ etag }) => etag);
  return {
    kind,
    etag: listEtag(directory.customerId, tags, nextPageToken !== undefined),
    ...(items.length > 0 && { [collection]: items }),
    ...(nextPageToken !== undefined && { nextPageToken }),
  };
}
