import { z } from 'zod';
import { RollcallError } from '../../errors/index.js';
import { type Caller, createCaller } from './create-caller.js';
import { groupMask, type MappedFields, memberMask, userMask } from './field-mask.js';
import { loadLibrary } from './library.js';
import { otherReads } from './other-reads.js';
import type { Pace } from './pace.js';
import { parse, parseGroup, parseMember, parsePage, parseUser } from './parse-answers.js';
import type { ScopeSet } from './scopes.js';
import type { GoogleClientSettings } from './settings.js';
import type { TokenSource } from './tokens.js';
import type { GoogleClient } from './types.js';
import type { UsageCounter } from './usage.js';

export interface ClientOptions {
  readonly settings: GoogleClientSettings;
  readonly pace: Pace;
  readonly usage: UsageCounter;
  /** `C…` or `my_customer`; undefined where one domain is read. */
  readonly customer: string | undefined;
  readonly domain: string | undefined;
  readonly subject: string | undefined;
  readonly serviceAccount: string;
  readonly mappedFields: MappedFields;
  /** How many items a page holds; Google's largest unless a test of the connection wants one. */
  readonly pageSize?: number;
  tokens(scope: ScopeSet): TokenSource;
}

/** Google's largest pages. What it gives unasked is less. */
const USERS_A_PAGE = 500;
const GROUPS_A_PAGE = 200;
const MEMBERS_A_PAGE = 200;

/** @throws RollcallError `google.field-invalid` */
export async function createGoogleClient(options: ClientOptions): Promise<GoogleClient> {
  const { admin } = await loadLibrary();
  const { settings, pace, usage, customer, domain, subject, serviceAccount, pageSize, tokens } = options;
  const call: Caller = createCaller({
    settings,
    pace,
    usage,
    tokens,
    askedFor: { customer, domain, subject, serviceAccount },
  });
  // Said, so that the variable GOOGLE_CLOUD_UNIVERSE_DOMAIN cannot send requests elsewhere.
  const api = { rootUrl: settings.apiRootUrl, universeDomain: 'googleapis.com' };
  const directory = admin({ version: 'directory_v1', ...api });
  const users = userMask(options.mappedFields);
  const groups = groupMask(options.mappedFields);
  const whole = domain === undefined ? { customer: customer ?? 'my_customer' } : { domain };

  return {
    listUsers: ({ pageToken, deleted = false, signal }) =>
      call({
        method: 'users.list',
        scope: 'directory',
        signal,
        laterPage: pageToken !== undefined,
        send: (how) =>
          directory.users.list(
            {
              ...whole,
              ...users.projection,
              fields: users.list,
              maxResults: pageSize ?? USERS_A_PAGE,
              ...(deleted ? { showDeleted: 'true' } : {}),
              ...(pageToken === undefined ? {} : { pageToken }),
            },
            how,
          ),
        parse: (body) => parsePage('users.list', 'users', body, (user) => parseUser('users.list', user)),
      }),
    getUser: (userKey, signal) =>
      unlessGone(
        call({
          method: 'users.get',
          scope: 'directory',
          object: userKey,
          signal,
          send: (how) => directory.users.get({ userKey, ...users.projection, fields: users.one }, how),
          parse: (body) => parseUser('users.get', body),
        }),
      ),
    listGroups: ({ pageToken, signal }) =>
      call({
        method: 'groups.list',
        scope: 'directory',
        signal,
        laterPage: pageToken !== undefined,
        send: (how) =>
          directory.groups.list(
            {
              ...whole,
              fields: groups.list,
              maxResults: pageSize ?? GROUPS_A_PAGE,
              ...(pageToken === undefined ? {} : { pageToken }),
            },
            how,
          ),
        parse: (body) => parsePage('groups.list', 'groups', body, (group) => parseGroup('groups.list', group)),
      }),
    getGroup: (groupKey, signal) =>
      unlessGone(
        call({
          method: 'groups.get',
          scope: 'directory',
          object: groupKey,
          signal,
          send: (how) => directory.groups.get({ groupKey, fields: groups.one }, how),
          parse: (body) => parseGroup('groups.get', body),
        }),
      ),
    async listMembers(groupId, { pageToken, signal }) {
      const list = (fields: string) =>
        call({
          method: 'members.list',
          scope: 'directory',
          object: groupId,
          signal,
          send: (how) =>
            directory.members.list(
              {
                groupKey: groupId,
                fields,
                maxResults: pageSize ?? MEMBERS_A_PAGE,
                ...(pageToken === undefined ? {} : { pageToken }),
              },
              how,
            ),
          parse: (body) => parsePage('members.list', 'members', body, (member) => parseMember('members.list', member)),
        });
      try {
        return await list(memberMask({ status: true }));
      } catch (error) {
        if (!isGoogle(error, 'object-forbidden')) throw error;
        return list(memberMask({ status: false }));
      }
    },
    async watchUsers({ id, address, token, ttlSeconds, event, signal }) {
      const answer = await call({
        method: 'users.watch',
        scope: 'directory',
        signal,
        repeatable: false,
        send: (how) =>
          directory.users.watch(
            {
              ...whole,
              event,
              requestBody: { id, address, token, type: 'web_hook', params: { ttl: String(ttlSeconds) } },
            },
            how,
          ),
        parse: (body) => parse('users.watch', channelSchema, body),
      });
      return { id: answer.id, resourceId: answer.resourceId, expiresAt: new Date(Number(answer.expiration)) };
    },
    async stopChannel({ id, resourceId }, signal) {
      await unlessGone(
        call({
          method: 'channels.stop',
          scope: 'directory',
          object: id,
          signal,
          send: (how) => directory.channels.stop({ requestBody: { id, resourceId } }, how),
          parse: () => undefined,
        }),
      );
    },
    ...otherReads({ call, directory, reports: admin({ version: 'reports_v1', ...api }), customer, pageSize }),
    usage: usage.usage,
  };
}

const channelSchema = z.looseObject({
  id: z.string().min(1),
  resourceId: z.string().min(1),
  expiration: z.string().regex(/^\d{1,16}$/),
});

/** 404 and nothing else: an account without a role over a user gets 403 for those who are not there, and others too. */
async function unlessGone<Found>(found: Promise<Found>): Promise<Found | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isGoogle(error, 'object-gone')) return undefined;
    throw error;
  }
}

function isGoogle(error: unknown, name: string): boolean {
  return error instanceof RollcallError && error.code === `google.${name}`;
}
