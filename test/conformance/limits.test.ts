import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/index.js';
import type { JsonObject, JsonValue } from '../../src/scim/schema/index.js';
import { type Answer, type ScimServer, startScimServer } from '../support/scim-server.js';
import { unique } from './support/client.ts';
import { GROUP, PATCH_OP, USER } from './support/urns.ts';

/** Small enough to be reached by short requests, and each out of the others' way. */
const LIMITS = {
  bodyBytes: 4096,
  groupBodyBytes: 8192,
  bodyDepth: 6,
  bodyAttributes: 30,
  filterLength: 120,
  filterDepth: 3,
  filterTerms: 4,
  patchOperations: 5,
  membersPerRequest: 6,
  valuesPerAttribute: 4,
  stringLength: 500,
  keyBytes: 80,
  documentBytes: 1200,
  projectionAttributes: 5,
  headerBytes: 5000,
  rootQueryResults: 9,
  pageSizeDefault: 2,
  pageSizeMax: 3,
};
type Limit = keyof typeof LIMITS;

let server: ScimServer;
let members: { value: string }[];
let userPath: string;
let groupPath: string;
beforeAll(async () => {
  server = await startScimServer({ limits: LIMITS });
  members = [];
  for (let made = 0; made <= LIMITS.membersPerRequest; made++) {
    members.push({ value: (await post('/Users', user())).body.id });
  }
  userPath = `/Users/${members[0]?.value}`;
  groupPath = `/Groups/${(await post('/Groups', group())).body.id}`;
});
afterAll(() => server.close());

const user = (more: JsonObject = {}) => ({ schemas: [USER], userName: unique('u'), ...more });
const group = (more: JsonObject = {}) => ({ schemas: [GROUP], displayName: unique('g'), ...more });
const post = (path: string, body: JsonValue) => server.request('POST', path, body);
const put = (path: string, body: JsonValue) => server.request('PUT', path, body);
const patch = (path: string, ...Operations: JsonValue[]) =>
  server.request('PATCH', path, { schemas: [PATCH_OP], Operations });
const get = (path: string, query: Record<string, string>) =>
  server.request('GET', `${path}?${new URLSearchParams(query)}`);
const times = <Value>(number: number, make: (index: number) => Value) =>
  Array.from({ length: number }, (_, n) => make(n));
/** JSON may end in blanks: so a body has any length. */
const padded = (body: JsonValue, bytes: number) => JSON.stringify(body).padEnd(bytes);

interface Case {
  /** A request that is as large as the number says. */
  readonly ask: (size: number) => Promise<Answer>;
  readonly status?: number;
  readonly scimType?: string;
}
const REFUSALS = { value: { scimType: 'invalidValue' }, syntax: { scimType: 'invalidSyntax' } } as const;

/** By the limit and what is held to it. */
const CASES: readonly (readonly [Limit, string, Case])[] = [
  ['bodyBytes', 'POST', { ask: (size) => post('/Users', padded(user(), size)), status: 413 }],
  ['bodyBytes', 'PUT', { ask: (size) => put(userPath, padded(user(), size)), status: 413 }],
  ['groupBodyBytes', 'PUT of a group', { ask: (size) => put(groupPath, padded(group(), size)), status: 413 }],
  [
    'bodyDepth',
    'lists in lists',
    {
      ask: (size) =>
        post('/Users', JSON.stringify(user()).replace('{', `{"x":${'['.repeat(size - 1)}${']'.repeat(size - 1)},`)),
      ...REFUSALS.syntax,
    },
  ],
  [
    'bodyAttributes',
    'names',
    {
      ask: (size) => post('/Users', { ...user(), ...Object.fromEntries(times(size - 2, (n) => [`x${n}`, 1])) }),
      ...REFUSALS.syntax,
    },
  ],
  [
    'filterLength',
    'of a query',
    { ask: (size) => get('/Users', { filter: `title eq "${'x'.repeat(size - 11)}"` }), scimType: 'invalidFilter' },
  ],
  [
    'filterLength',
    'in a PATCH path',
    {
      ask: (size) => patch(userPath, { op: 'remove', path: `emails[value eq "${'x'.repeat(size - 11)}"]` }),
      scimType: 'invalidFilter',
    },
  ],
  [
    'filterDepth',
    'brackets',
    {
      ask: (size) => get('/Groups', { filter: `${'('.repeat(size)}id pr${')'.repeat(size)}` }),
      scimType: 'invalidFilter',
    },
  ],
  [
    'filterTerms',
    'comparisons',
    { ask: (size) => get('/Users', { filter: times(size, () => 'title pr').join(' or ') }), scimType: 'invalidFilter' },
  ],
  [
    'patchOperations',
    'of a user',
    {
      ask: (size) => patch(userPath, ...times(size, (n) => ({ op: 'add', path: 'title', value: `${n}` }))),
      ...REFUSALS.value,
    },
  ],
  [
    'patchOperations',
    'of a group',
    {
      ask: (size) => patch(groupPath, ...times(size, (n) => ({ op: 'replace', path: 'displayName', value: `${n}` }))),
      ...REFUSALS.value,
    },
  ],
  [
    'membersPerRequest',
    'POST',
    { ask: (size) => post('/Groups', group({ members: members.slice(0, size) })), ...REFUSALS.value },
  ],
  [
    'membersPerRequest',
    'PUT',
    { ask: (size) => put(groupPath, group({ members: members.slice(0, size) })), ...REFUSALS.value },
  ],
  ...(['add', 'remove', 'replace'] as const).map((op): readonly [Limit, string, Case] => [
    'membersPerRequest',
    `PATCH ${op}`,
    { ask: (size) => patch(groupPath, { op, path: 'members', value: members.slice(0, size) }), ...REFUSALS.value },
  ]),
  [
    'membersPerRequest',
    'several operations',
    {
      ask: (size) =>
        patch(
          groupPath,
          { op: 'add', path: 'members', value: members.slice(0, 3) },
          { op: 'remove', path: 'members', value: members.slice(3, size) },
        ),
      ...REFUSALS.value,
    },
  ],
  ...(['POST', 'PUT'] as const).map((method): readonly [Limit, string, Case] => [
    'valuesPerAttribute',
    `${method} emails`,
    {
      ask: (size) => {
        const body = user({ emails: times(size, (n) => ({ value: `${n}@example.com` })) });
        return method === 'POST' ? post('/Users', body) : put(userPath, body);
      },
      ...REFUSALS.value,
    },
  ]),
  [
    'valuesPerAttribute',
    'PATCH, what several operations add up to',
    {
      ask: async (size) => {
        const { body } = await post('/Users', user({ emails: [{ value: 'first@example.com' }] }));
        const add = times(size - 1, (n) => ({ op: 'add', path: 'emails', value: [{ value: `${n}@example.com` }] }));
        return patch(`/Users/${body.id}`, ...add);
      },
      ...REFUSALS.value,
    },
  ],
  [
    'valuesPerAttribute',
    'schemas',
    {
      ask: (size) => post('/Users', user({ schemas: [USER, ...times(size - 1, (n) => `urn:x:${n}`)] })),
      ...REFUSALS.syntax,
    },
  ],
  ['stringLength', 'POST', { ask: (size) => post('/Users', user({ title: 'x'.repeat(size) })), ...REFUSALS.value }],
  [
    'stringLength',
    'PATCH',
    { ask: (size) => patch(userPath, { op: 'replace', path: 'title', value: 'x'.repeat(size) }), ...REFUSALS.value },
  ],
  ...(['userName', 'displayName', 'externalId'] as const).map((name): readonly [Limit, string, Case] => [
    'keyBytes',
    name,
    {
      // Two bytes each, and one that makes every name another.
      ask: (size) =>
        post('/Users', user({ [name]: unique().slice(-1) + 'é'.repeat((size - 2) / 2) + 'x'.repeat(1 + (size % 2)) })),
      ...REFUSALS.value,
    },
  ]),
  ['documentBytes', 'POST', { ask: (size) => post('/Users', sized(size)), ...REFUSALS.value }],
  ['documentBytes', 'PUT', { ask: (size) => put(userPath, sized(size)), ...REFUSALS.value }],
  ...(['attributes', 'excludedAttributes'] as const).map((name): readonly [Limit, string, Case] => [
    'projectionAttributes',
    name,
    { ask: (size) => get('/Users', { [name]: times(size, (n) => `x${n}`).join(',') }), ...REFUSALS.value },
  ]),
  [
    'rootQueryResults',
    'matches of all types',
    {
      async ask(size) {
        const prefix = unique('matching');
        for (let made = 0; made < size; made++) await post('/Users', user({ userName: `${prefix}-${made}` }));
        return get('', { filter: `userName sw "${prefix}-"` });
      },
      scimType: 'tooMany',
    },
  ],
];

/** A user whose document, as it is stored, has so many bytes. */
function sized(bytes: number): JsonObject {
  const stored = (title: number, nickName: number): JsonObject =>
    user({
      userName: `sized-${unique().padStart(20, '-')}`,
      active: true,
      title: 'x'.repeat(title),
      nickName: 'x'.repeat(nickName),
      locale: 'x'.repeat(300),
    });
  const rest = Buffer.byteLength(JSON.stringify(stored(400, 0)));
  return stored(400, bytes - rest);
}

const settingOf = (limit: string) => `LIMIT_${limit.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;

describe('SEC-03, ERR-06: a request as large as a limit is answered, one larger is refused by the name of the setting', () => {
  it.each(CASES)('%s: %s', async (limit, _what, { ask, status = 400, scimType }) => {
    const most = LIMITS[limit];
    const taken = await ask(most);
    expect({ status: taken.status, text: taken.status < 300 ? '' : taken.text }).toEqual({
      status: taken.status,
      text: '',
    });
    const refused = await ask(most + 1);
    expect([refused.status, refused.body.scimType]).toEqual([status, scimType]);
    expect(refused.body.detail).toContain(String(most));
    expect(refused.body.detail).toMatch(new RegExp(`\\b${settingOf(limit)}\\b`));
  });

  it('headerBytes: URL, names and values of headers', async () => {
    expect(await statusOfHeaders(LIMITS.headerBytes)).toMatch(/^HTTP\/1.1 401 /);
    const refused = await statusOfHeaders(LIMITS.headerBytes + 1);
    expect(refused).toMatch(/^HTTP\/1.1 431 /);
    expect(refused).toContain('LIMIT_HEADER_BYTES');
    expect(refused).toContain('application/scim+json');
  });

  it('PAG-06, pageSizeDefault and pageSizeMax: a page is cut, which is no mistake', async () => {
    const sizeOf = async (query: string) => (await server.request('GET', `/Users${query}`)).body.itemsPerPage;
    expect(await sizeOf('')).toBe(LIMITS.pageSizeDefault);
    expect(await sizeOf(`?count=${LIMITS.pageSizeMax}`)).toBe(LIMITS.pageSizeMax);
    expect(await sizeOf(`?count=${LIMITS.pageSizeMax + 1}`)).toBe(LIMITS.pageSizeMax);
  });

  it('holds for every limit of the settings', () => {
    // Those of bulk requests are in bulk.test.ts, that of reports in integration/api-activity.test.ts, of streams in
    // integration/api-google.test.ts, of imports in integration/user-import.test.ts, of the public in sign-ups.test.ts.
    const elsewhere = [
      'activityReports',
      'bulkBodyBytes',
      'bulkOperations',
      'eventStreams',
      'failedAuthentications',
      'headerBytes',
      'importRows',
      'pageSizeDefault',
      'pageSizeMax',
      'publicRequests',
      'requestsPerSecond',
      'rootQueryResults',
    ];
    const tested = new Set<string>([...CASES.map(([limit]) => limit), ...elsewhere]);
    expect([...tested].sort()).toEqual(Object.keys(loadConfig().limits).sort());
  });
});

/** What the server answers to a request whose URL, header names and values have so many bytes together. */
function statusOfHeaders(bytes: number): Promise<string> {
  const target = new URL(`${server.baseUrl}/Users`).pathname;
  const host = '127.0.0.1';
  const fixed = `${target}Host${host}X-FillConnectionclose`.length;
  const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nX-Fill: ${'x'.repeat(bytes - fixed)}\r\nConnection: close\r\n\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(server.origin).port), host, () => socket.write(request));
    let text = '';
    socket.on('data', (piece) => {
      text += piece.toString();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
  });
}
