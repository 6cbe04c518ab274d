import type { ApiRequest, Listing } from '../api/route.ts';
import type { AccessTokens } from '../auth/access-tokens.ts';
import type { Answer } from '../http/answer.ts';
import type { Directory } from '../state/directory.ts';
import type { GroupControl } from '../state/groups.ts';
import type { JsonObject } from '../state/json.ts';
import type { MemberControl } from '../state/members.ts';
import type { UserControl } from '../state/users.ts';

/** How a fault is to show; each takes the ones that its description names. */
export interface FaultOptions {
  /** How often it happens. */
  readonly times?: number | 'always';
  /** How many requests that it could hit are let through first. */
  readonly after?: number;
  /** The method of the API that it hits, such as `users.list`. */
  readonly method?: string;
  /** Only requests of this user or group: an id, or an address as it stands in the path. */
  readonly key?: string;
  readonly user?: string;
  readonly users?: readonly string[];
  readonly group?: string;
  readonly groups?: readonly string[];
  readonly count?: number;
  readonly keep?: number;
  readonly page?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
  readonly reason?: string;
  readonly flag?: 'suspended' | 'archived';
  readonly direct?: boolean;
}

/** A page on its way out. */
export interface PageDraft extends Omit<Listing, 'next'> {
  readonly nextPageToken: string | undefined;
}

/** A message to a watcher on its way out. */
export interface PushDraft {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject | undefined;
}

/** Where a fault steps in. */
export interface FaultHooks {
  /** Before the method; an answer takes its place. */
  readonly before?: (request: ApiRequest) => Promise<Answer | undefined> | Answer | undefined;
  readonly page?: (request: ApiRequest, draft: PageDraft) => PageDraft;
  readonly object?: (request: ApiRequest, object: JsonObject) => JsonObject;
  /** The whole answer. */
  readonly answer?: (request: ApiRequest, answer: Answer) => Answer;
  /** Milliseconds by which an event shows later than it happened. */
  readonly eventDelay?: () => number;
  /** The messages that are sent in place of one. */
  readonly push?: (draft: PushDraft) => readonly PushDraft[];
  /** What a change of the directory touched. */
  readonly touched?: JsonObject;
}

/** What a fault can reach. */
export interface FaultContext {
  readonly directory: Directory;
  readonly users: UserControl;
  readonly groups: GroupControl;
  readonly members: MemberControl;
  readonly tokens: AccessTokens;
}

export interface FaultDefinition {
  /** What it does, in a sentence. */
  readonly does: string;
  readonly options: readonly (keyof FaultOptions)[];
  start(options: FaultOptions, context: FaultContext): FaultHooks;
}
