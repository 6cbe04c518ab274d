import { badRequest } from '../http/answer.ts';
import { type Directory, TEST_ADDRESS } from '../state/directory.ts';
import type { JsonObject, JsonValue } from '../state/json.ts';
import type { UserRecord } from '../state/records.ts';
import { etagOf } from './etag.ts';

/** How much of a user is shown. */
export interface UserView {
  /** Names of custom schemas, 'all' or 'none'. */
  readonly schemas: 'all' | 'none' | ReadonlySet<string>;
  readonly publicOnly: boolean;
}

const NEVER = new Date(0).toISOString();
/** What everybody of the domain may see (`viewType=domain_public`). */
const PUBLIC = new Set(
  'kind id etag primaryEmail name emails addresses organizations phones relations languages locations thumbnailPhotoUrl'.split(
    ' ',
  ),
);

/** @throws GoogleError 400 for values that do not exist */
export function userView(query: URLSearchParams): UserView {
  const projection = query.get('projection') ?? 'basic';
  const viewType = query.get('viewType') ?? 'admin_view';
  if (!/^(basic|custom|full)$/.test(projection)) throw badRequest(`Invalid value for: projection ${projection}`);
  if (!/^(admin_view|domain_public)$/.test(viewType)) throw badRequest(`Invalid value for: viewType ${viewType}`);
  const mask = query.get('customFieldMask');
  if (projection === 'custom' && !mask) throw badRequest('customFieldMask is required for projection custom');
  return {
    schemas: projection === 'full' ? 'all' : projection === 'basic' ? 'none' : new Set(mask?.split(',')),
    publicOnly: viewType === 'domain_public',
  };
}

/** A user as the API shows it; what is empty is left out. */
export function userJson(directory: Directory, user: UserRecord, view: UserView): JsonObject {
  const { customSchemas, emails, ...attributes } = user.attributes;
  const { givenName, familyName, displayName, suspended, archived } = user;
  const testAddress = user.primaryEmail + TEST_ADDRESS;
  const json: JsonObject = {
    kind: 'admin#directory#user',
    id: user.id,
    etag: etagOf(directory.customerId, user.id, user.version),
    primaryEmail: user.primaryEmail,
    name: { givenName, familyName, fullName: `${givenName} ${familyName}`.trim(), ...(displayName && { displayName }) },
    isAdmin: user.isAdmin,
    isDelegatedAdmin: user.isDelegatedAdmin,
    lastLoginTime: user.lastLoginTime === undefined ? NEVER : time(user.lastLoginTime),
    creationTime: time(user.creationTime),
    ...(user.deletionTime !== undefined && { deletionTime: time(user.deletionTime) }),
    agreedToTerms: true,
    suspended,
    ...(suspended && { suspensionReason: user.suspensionReason ?? 'ADMIN', suspensionTime: time(user.suspensionTime) }),
    archived,
    ...(archived && { archivalTime: time(user.archivalTime) }),
    changePasswordAtNextLogin: false,
    ipWhitelisted: false,
    emails: emailsOf(user, testAddress, emails),
    ...attributes,
    ...(user.aliases.length > 0 && { aliases: user.aliases }),
    nonEditableAliases: [testAddress],
    customerId: directory.customerId,
    orgUnitPath: user.orgUnitPath,
    isMailboxSetup: true,
    isEnrolledIn2Sv: false,
    isEnforcedIn2Sv: false,
    includeInGlobalAddressList: true,
    ...customFields(customSchemas, view.schemas),
  };
  return view.publicOnly ? Object.fromEntries(Object.entries(json).filter(([name]) => PUBLIC.has(name))) : json;
}

/** Primary address, aliases and contact addresses outside are one list, as at Google. */
function emailsOf(
  { primaryEmail, aliases }: UserRecord,
  testAddress: string,
  others: JsonValue | undefined,
): JsonValue {
  return [
    { address: primaryEmail, primary: true },
    ...aliases.map((address) => ({ address })),
    { address: testAddress },
    ...(Array.isArray(others) ? others : []),
  ];
}

function customFields(schemas: JsonValue | undefined, wanted: UserView['schemas']): JsonObject {
  if (schemas === undefined || wanted === 'none') return {};
  if (wanted === 'all') return { customSchemas: schemas };
  const kept = Object.entries(schemas as JsonObject).filter(([name]) => wanted.has(name));
  return kept.length > 0 ? { customSchemas: Object.fromEntries(kept) } : {};
}

function time(milliseconds: number | undefined): string {
  return new Date(milliseconds ?? 0).toISOString();
}
