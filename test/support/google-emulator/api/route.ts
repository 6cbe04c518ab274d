import type { Caller } from '../auth/access-tokens.ts';
import type { Area } from '../auth/scopes.ts';
import type { Clock } from '../clock.ts';
import type { Answer } from '../http/answer.ts';
import type { Walk } from '../http/page-tokens.ts';
import type { Quota } from '../http/quota.ts';
import type { Channels } from '../push/create-channels.ts';
import type { Settings } from '../settings.ts';
import type { Activities } from '../state/activities.ts';
import type { Directory } from '../state/directory.ts';
import type { JsonObject } from '../state/json.ts';

/** A request to a method of the API, authorised. */
export interface ApiRequest {
  /** The method's name, such as `users.list`. */
  readonly api: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly caller: Caller;
  /** Where the list is; undefined for methods without pages. */
  readonly walk: Walk | undefined;
  /** How many items are wanted; 0 for methods without pages. */
  readonly pageSize: number;
  /** The token of the page behind an item. */
  tokenBehind(key: string | undefined): string;
}

/** What the methods read and use. */
export interface World {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly activities: Activities;
  readonly channels: Channels;
  readonly quota: Quota;
}

/** A page of a list, before it becomes an answer. */
export interface Listing {
  readonly kind: string;
  readonly collection: string;
  readonly items: readonly JsonObject[];
  /** The key of the last item, where more follow. */
  readonly next: string | undefined;
}

export type Result = { readonly list: Listing } | { readonly object: JsonObject } | { readonly answer: Answer };

export interface Paging {
  readonly default: number;
  readonly max: number;
  /** A walk of it may take an hour only. */
  readonly limited: boolean;
}

export interface Route {
  readonly api: string;
  readonly method: 'GET' | 'POST';
  /** `{name}` is one segment, `{+name}` the rest of the path. */
  readonly path: string;
  readonly area: Area;
  readonly paging?: Paging;
  answer(request: ApiRequest, world: World): Result;
}
