import { z } from 'zod';
import { isProtectedUrl } from './protected-url.js';
import { address, flag, integer, list, named, oneOf, optional, text, url } from './setting-types.js';

const POSTGRES_URL = 'a PostgreSQL URL such as postgres://user:password@host:5432/name';
const RESOLVERS = 'DNS servers as IP addresses, each with a port if need be, separated by commas, or empty';
const ATTRIBUTES = 'attribute paths such as emails or name.familyName, separated by commas, or empty';
const SUBNETS = 'addresses or subnets, separated by commas, or empty';
const HOSTS = 'hosts, each with a port if need be, separated by commas, or empty';
const PROXIES = 'addresses, subnets, or loopback, linklocal, uniquelocal, separated by commas, or empty';

const server = z.strictObject({
  port: integer(1, 65535),
  host: text('an address or host name of this machine'),
  publicUrl: optional(
    url(['http:', 'https:'], 'an http or https URL without query and fragment').refine((value) => !/[?#@]/.test(value)),
  ),
  tlsCertFile: optional(text('the path of a PEM file')),
  tlsKeyFile: optional(text('the path of a PEM file')),
  trustProxy: list(z.enum(['loopback', 'linklocal', 'uniquelocal']).or(address({ subnet: true })), PROXIES),
  allowPlainHttp: flag(),
});

const database = z.strictObject({
  url: optional(url(['postgres:', 'postgresql:'], POSTGRES_URL)),
  readUrl: optional(url(['postgres:', 'postgresql:'], POSTGRES_URL)),
  poolSize: integer(1, 1000),
  readPoolSize: integer(1, 1000),
});

const webhooks = z.strictObject({
  perApplication: integer(1, 100),
  timeoutMilliseconds: integer(100, 120_000),
  answerBytes: integer(0, 16_777_216),
  concurrency: integer(1, 1000),
  endpointConcurrency: integer(1, 1000),
  retryFirstMilliseconds: integer(1, 3_600_000),
  retryLongestSeconds: integer(1, 604_800),
  retryHours: integer(1, 8760),
  disableAfterDays: integer(1, 365),
  rotationHours: integer(0, 8760),
  retentionDays: integer(1, 3650),
  failedRetentionDays: integer(1, 3650),
  allowHttpLoopback: flag(),
  allowedAddresses: list(address({ subnet: true }), SUBNETS),
});

const SMTP_URL = 'a URL such as smtps://user:password@host or smtp://user:password@host:587';
const SENDER = 'an address, or a name with an address behind it in <>';

const mail = z.strictObject({
  smtpUrl: optional(url(['smtp:', 'smtps:'], SMTP_URL)),
  from: optional(text(SENDER).refine((value) => /^[^<>\r\n]*<[^<>@\s]+@[^<>@\s]+>$|^[^<>@\s]+@[^<>@\s]+$/.test(value))),
  allowPlainSmtp: flag(),
  timeoutMilliseconds: integer(100, 600_000),
  concurrency: integer(1, 100),
  retryFirstMilliseconds: integer(1, 3_600_000),
  retryLongestSeconds: integer(1, 86_400),
  retryHours: integer(1, 720),
  retentionDays: integer(1, 3650),
});

const PAGE_URL = 'an http or https URL without a fragment';

const invitations = z.strictObject({
  url: optional(url(['http:', 'https:'], PAGE_URL).refine((value) => !value.includes('#'))),
  expiryDays: integer(1, 365),
  resendSeconds: integer(0, 86_400),
});

const GOOGLE_URL = 'an https URL without path, or an http one of this machine';

/** Access tokens and what is signed to get them travel there. */
const googleUrl = () => url(['https:', 'http:'], GOOGLE_URL).refine(isProtectedUrl);

const google = z.strictObject({
  apiRootUrl: googleUrl().refine((value) => new URL(value).pathname === '/'),
  allowedHosts: list(z.string().regex(/^[A-Za-z0-9.-]+(?::\d{1,5})?$|^\[[0-9a-f:]+\](?::\d{1,5})?$/i), HOSTS),
  tokenUrl: googleUrl().describe('an https URL, or an http one of this machine'),
  stsUrl: optional(googleUrl()),
  iamUrl: googleUrl(),
  keyless: named(text('the path of a file'), 'names and paths of files, such as name=path,other=path, or empty'),
  requestsPerMinute: integer(1, 1_000_000),
  concurrency: integer(1, 1000),
  timeoutMilliseconds: integer(100, 600_000),
  retries: integer(0, 20),
  retryFirstMilliseconds: integer(1, 60_000),
  retryLongestSeconds: integer(1, 600),
  answerBytes: integer(65_536, 1_073_741_824),
  credentialBytes: integer(1024, 1_048_576),
  selectionEntries: integer(1, 100_000),
  mappingEntries: integer(1, 10_000),
  runsAtOnce: integer(1, 100),
  staleFailures: integer(1, 1000),
  staleHours: integer(1, 8760),
  backOffHours: integer(1, 8760),
  runRetentionDays: integer(1, 3650),
  itemRetentionDays: integer(1, 3650),
  notificationUrl: optional(googleUrl()),
  notificationBytes: integer(1024, 1_048_576),
  notificationsPerSecond: integer(1, 1_000_000),
  reportActivities: integer(1000, 10_000_000),
  refreshObjects: integer(10, 1_000_000),
});

const limits = z.strictObject({
  failedAuthentications: integer(1, 1_000_000),
  publicRequests: integer(1, 1_000_000),
  requestsPerSecond: integer(0, 1_000_000),
  bodyBytes: integer(1024, 1_073_741_824),
  groupBodyBytes: integer(1024, 1_073_741_824),
  bulkBodyBytes: integer(1024, 1_073_741_824),
  bulkOperations: integer(1, 100_000),
  bodyDepth: integer(4, 1000),
  bodyAttributes: integer(10, 1_000_000),
  filterLength: integer(64, 65_536),
  filterDepth: integer(1, 100),
  filterTerms: integer(1, 1000),
  patchOperations: integer(1, 1_000_000),
  membersPerRequest: integer(1, 1_000_000),
  valuesPerAttribute: integer(10, 100_000),
  stringLength: integer(256, 16_777_216),
  keyBytes: integer(64, 1200),
  documentBytes: integer(1024, 67_108_864),
  projectionAttributes: integer(10, 10_000),
  activityReports: integer(1, 100_000),
  eventStreams: integer(1, 100_000),
  importRows: integer(1, 100_000),
  headerBytes: integer(4096, 1_048_576),
  pageSizeDefault: integer(1, 10_000),
  pageSizeMax: integer(1, 10_000),
  rootQueryResults: integer(0, 1_000_000_000),
});

/** Every setting, as config/default.yaml and the environment give it. What each one means is said in default.yaml. */
export const configSchema = z.strictObject({
  server,
  dataDir: text('the path of a folder'),
  scim: z.strictObject({ schemasDir: text('the path of a folder'), testResources: flag() }),
  secrets: z.strictObject({
    key: optional(text('32 bytes in base64')),
    formerKey: optional(text('32 bytes in base64')),
  }),
  database,
  log: z.strictObject({
    level: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    retentionMonths: integer(1, 1200),
  }),
  dns: z.strictObject({ resolvers: list(address({ port: true }), RESOLVERS) }),
  tokens: z.strictObject({
    cacheMilliseconds: integer(0, 60_000),
    lifetimeDays: integer(1, 3650),
    warningDays: integer(0, 3650),
    accessTokenSeconds: integer(60, 86_400),
  }),
  directory: z.strictObject({ deletionGraceDays: integer(0, 3650) }),
  licensing: z.strictObject({
    invitedTakeSeats: flag(),
    serviceUsersTakeSeats: flag(),
    // Two years, a leap day and the day itself.
    historyDays: integer(732, 36_500),
  }),
  webhooks,
  mail,
  invitations,
  api: z.strictObject({ idempotencyHours: integer(1, 8760) }),
  google,
  activity: z.strictObject({ resolutionSeconds: integer(0, 86_400), skewSeconds: integer(0, 86_400) }),
  reclaim: z.strictObject({ batchDays: integer(1, 365), batchPeople: integer(1, 100_000) }),
  queries: z.strictObject({
    cursorTimeoutSeconds: integer(1, 604_800),
    sensitiveAttributes: list(text('an attribute path'), ATTRIBUTES),
  }),
  limits,
});

/** The settings as they are written, before paths and defaults that depend on others are worked out. */
export type Settings = z.output<typeof configSchema>;
