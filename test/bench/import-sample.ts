import { v7 } from 'uuid';
import { GROUP, groupProfile, USER, userProfile } from './product.ts';
import { CITIES, FAMILY_NAMES, GIVEN_NAMES } from './sample-user.ts';

/** So many users are in one group, and so many groups has one user. */
export const MEMBERS_PER_GROUP = 200;
export const GROUPS_PER_USER = 10;

const USER_URN = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE_URN = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP_URN = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** A user as a directory that is read from knows it: about 1 kB, two addresses. */
export function sampleUser(n: number) {
  const pick = (from: readonly string[], step: number) => from[Math.floor(n / step) % from.length] ?? '';
  const [givenName, familyName, city] = [pick(GIVEN_NAMES, 1), pick(FAMILY_NAMES, 11), pick(CITIES, 3)];
  const userName = `${givenName}.${familyName}.${n}@example.com`;
  const document = {
    schemas: [USER_URN, ENTERPRISE_URN],
    userName,
    active: true,
    name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
    displayName: `${givenName} ${familyName}`,
    title: 'Senior Engineer, Operations',
    preferredLanguage: 'en-GB',
    emails: [
      { value: userName, type: 'work', primary: true },
      { value: `${n}.${familyName}@archive.example.org`, type: 'other' },
    ],
    phoneNumbers: [{ value: `+49 30 ${n}`, type: 'work' }],
    addresses: [{ type: 'work', formatted: `Long Street ${n}, 53111 ${city}, Germany` }],
    [ENTERPRISE_URN]: {
      employeeNumber: String(n),
      costCenter: `CC-${n % 200}`,
      department: `Department ${n % 200}`,
      organization: 'Example Group',
    },
  };
  return { id: v7(), externalId: String(100_000_000_000 + n), profile: userProfile(USER, document) };
}

export function sampleGroup(n: number) {
  const document = { schemas: [GROUP_URN], displayName: `Group ${n} of the company` };
  return { id: v7(), externalId: `03x8tuzt${n}`, profile: groupProfile(GROUP, document) };
}

/** The users of a group, by number: every user is in as many groups as any other. */
export function membersOf(group: number, users: number): number[] {
  // Far apart, as people of one group are, and each once: both numbers have no common divisor.
  const step = 499;
  return Array.from({ length: MEMBERS_PER_GROUP }, (_, n) => ((group * MEMBERS_PER_GROUP + n) * step) % users);
}

/** Calls for each part of a list, so many at once. */
export async function inParts<Item>(
  items: readonly Item[],
  size: number,
  atOnce: number,
  work: (part: readonly Item[]) => Promise<unknown>,
): Promise<void> {
  let start = 0;
  const next = async () => {
    while (start < items.length) {
      const part = items.slice(start, start + size);
      start += size;
      await work(part);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}
