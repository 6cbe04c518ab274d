const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Whose value names another user, by address. */
export const MANAGER = `${ENTERPRISE}:manager`;

/**
 * Which attribute of a user comes from where in Google's user, unless a connection says otherwise. A userName is always
 * the primary address.
 */
export const DEFAULT_MAPPING: Readonly<Record<string, string>> = {
  displayName: 'name.displayName | name.fullName',
  'name.givenName': 'name.givenName',
  'name.familyName': 'name.familyName',
  'name.formatted': 'name.fullName',
  emails: 'emails',
  phoneNumbers: 'phones',
  addresses: 'addresses',
  title: 'organizations[primary].title | organizations[0].title',
  preferredLanguage: 'languages[preference=preferred].languageCode | languages[0].languageCode',
  [`${ENTERPRISE}:employeeNumber`]: 'externalIds[type=organization].value',
  [`${ENTERPRISE}:organization`]: 'organizations[primary].name | organizations[0].name',
  [`${ENTERPRISE}:department`]: 'organizations[primary].department | organizations[0].department',
  [`${ENTERPRISE}:costCenter`]: 'organizations[primary].costCenter | organizations[0].costCenter',
  [MANAGER]: 'relations[type=manager].value',
};
