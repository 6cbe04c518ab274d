const words = (text: string) => text.trim().split(/\s+/);

const USER = words(`
  kind id etag primaryEmail name isAdmin isDelegatedAdmin lastLoginTime creationTime deletionTime agreedToTerms suspended
  suspensionReason suspensionTime archived archivalTime changePasswordAtNextLogin ipWhitelisted emails externalIds
  relations addresses organizations phones languages locations ims keywords websites gender notes posixAccounts
  sshPublicKeys aliases nonEditableAliases customerId orgUnitPath isMailboxSetup isEnrolledIn2Sv isEnforcedIn2Sv
  includeInGlobalAddressList thumbnailPhotoUrl thumbnailPhotoEtag recoveryEmail recoveryPhone isGuestUser
  guestAccountInfo customSchemas password hashFunction`);
const GROUP = words(`
  kind id etag email name directMembersCount description adminCreated aliases nonEditableAliases externalIds`);
const MEMBER = words('kind etag id email role type status delivery_settings');
const ORG_UNIT = words(`
  kind etag name description orgUnitPath orgUnitId parentOrgUnitPath parentOrgUnitId blockInheritance`);
const NAME = words('givenName familyName fullName displayName');

type Known = ReadonlyMap<string, ReadonlySet<string>>;
const of = (paths: Readonly<Record<string, readonly string[]>>): Known =>
  new Map(Object.entries(paths).map(([path, names]) => [path, new Set(names)]));
const list = (collection: string, item: readonly string[], more: Readonly<Record<string, readonly string[]>> = {}) =>
  of({ '': ['kind', 'etag', 'nextPageToken', 'trigger_event', collection], [collection]: item, ...more });

const NOTHING: Known = new Map();
const KNOWN: Readonly<Record<string, Known>> = {
  'users.list': list('users', USER, { 'users/name': NAME }),
  'users.get': of({ '': USER, name: NAME }),
  'groups.list': list('groups', GROUP),
  'groups.get': of({ '': GROUP }),
  'members.list': list('members', MEMBER),
  'members.get': of({ '': MEMBER }),
  'orgunits.list': list('organizationUnits', ORG_UNIT),
  'orgunits.get': of({ '': ORG_UNIT }),
};

/** Names that a mask may use for the answer of a method, by the path they are at. */
export function knownFields(api: string): Known {
  return KNOWN[api] ?? NOTHING;
}
