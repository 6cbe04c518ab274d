import type { Directory } from '../state/directory.ts';
import type { JsonObject } from '../state/json.ts';
import type { UserRecord } from '../state/records.ts';
import { DEPARTMENTS, FAMILY_NAMES, GIVEN_NAMES, OFFICES, plain, TITLES } from './names.ts';
import type { Random } from './random.ts';
import type { SeedPlan } from './seed-options.ts';

const DAY = 86_400_000;
/** Everything in a seeded directory happened before this, so that it is the same on every day. */
export const SEEDED_AT = Date.UTC(2026, 0, 15);
/** People who report to one manager. */
const TEAM = 8;

/** Fills the directory with an administrator and people; claims no addresses, the caller does. */
export function seedUsers(directory: Directory, plan: SeedPlan, random: Random): UserRecord[] {
  const units = [...directory.orgUnits.keys()];
  const parts = sharedParts(plan);
  const users = [administrator(plan, random)];
  const taken = new Map<string, number>();
  for (let index = 1; index <= plan.users; index += 1) {
    const givenName = random.pick(GIVEN_NAMES);
    const familyName = random.pick(FAMILY_NAMES);
    const base = `${plain(givenName)}.${plain(familyName)}`;
    const count = (taken.get(base) ?? 0) + 1;
    taken.set(base, count);
    const local = count === 1 ? base : `${base}${count}`;
    // Most people are of the primary domain.
    const domain = (random.chance(0.7) ? plan.domains[0] : random.pick(plan.domains)) ?? 'example.com';
    const created = SEEDED_AT - 30 * DAY - random.below(2_000) * DAY;
    const suspended = random.chance(plan.suspended);
    const archived = !suspended && random.chance(plan.archived);
    users.push({
      id: userId(random),
      primaryEmail: [local, domain].join('@'),
      givenName,
      familyName,
      displayName: random.chance(0.05) ? givenName : undefined,
      orgUnitPath: random.pick(units),
      isAdmin: false,
      isDelegatedAdmin: false,
      suspended,
      suspensionReason: suspended ? 'ADMIN' : undefined,
      suspensionTime: suspended ? SEEDED_AT - random.below(30) * DAY : undefined,
      archived,
      archivalTime: archived ? SEEDED_AT - random.below(30) * DAY : undefined,
      creationTime: created,
      lastLoginTime: random.chance(0.95) ? SEEDED_AT - random.below(20) * DAY : undefined,
      deletionTime: undefined,
      aliases: random.chance(0.12) ? [`${local}.${random.letters(3)}@${domain}`] : [],
      attributes: attributesOf(index, users, parts, random),
      version: 1,
    });
  }
  return users;
}

function administrator(plan: SeedPlan, random: Random): UserRecord {
  return {
    id: userId(random),
    primaryEmail: `admin@${plan.domains[0]}`,
    givenName: 'Directory',
    familyName: 'Administrator',
    displayName: undefined,
    orgUnitPath: '/',
    isAdmin: true,
    isDelegatedAdmin: false,
    suspended: false,
    suspensionReason: undefined,
    suspensionTime: undefined,
    archived: false,
    archivalTime: undefined,
    creationTime: SEEDED_AT - 2_100 * DAY,
    lastLoginTime: SEEDED_AT,
    deletionTime: undefined,
    aliases: [],
    attributes: {},
    version: 1,
  };
}

/** 21 digits. Joined, as every text that 100,000 people have, since a template would keep its pieces in memory. */
function userId(random: Random): string {
  return ['1', random.digits(20)].join('');
}

interface Parts {
  readonly organizations: readonly (readonly JsonObject[])[];
  readonly addresses: readonly (readonly JsonObject[])[];
  readonly languages: readonly (readonly JsonObject[])[];
}

/** What many people have in common is one object in memory: 100,000 people stay below the memory of a small machine. */
function sharedParts({ domains }: SeedPlan): Parts {
  const organizations = DEPARTMENTS.flatMap((department, number) =>
    TITLES.flatMap((title) =>
      OFFICES.map(({ code }) => [
        {
          name: 'Example',
          title: `${department} ${title}`,
          primary: true,
          type: 'work',
          department,
          costCenter: `CC-${100 + number}`,
          description: title === 'Consultant' ? 'Contractor' : 'Full-time',
          location: code,
          domain: domains[0] ?? '',
        },
      ]),
    ),
  );
  const addresses = OFFICES.map(({ street, locality, country, countryCode }) => [
    {
      type: 'work',
      formatted: `${street}, ${locality}, ${country}`,
      streetAddress: street,
      locality,
      country,
      countryCode,
      primary: true,
    },
  ]);
  const languages = ['en', 'de', 'pt-BR', 'fr'].map((languageCode) => [{ languageCode, preference: 'preferred' }]);
  return { organizations, addresses, languages };
}

function attributesOf(index: number, before: readonly UserRecord[], parts: Parts, random: Random): JsonObject {
  const office = random.below(OFFICES.length);
  const { code, dial } = OFFICES[office] ?? OFFICES[0];
  // A person's manager came earlier, so that the lines of management are a tree.
  const manager = before[Math.floor((index - 1) / TEAM)];
  const phones = [{ value: [dial, random.digits(4), random.digits(4)].join(' '), type: 'work', primary: true }];
  if (random.chance(0.3)) phones.push({ value: [dial, random.digits(7)].join(' 7'), type: 'mobile', primary: false });
  return {
    organizations: random.pick(parts.organizations),
    addresses: parts.addresses[office] ?? [],
    languages: random.pick(parts.languages),
    phones,
    relations: [{ value: manager?.primaryEmail ?? '', type: 'manager' }],
    externalIds: [{ value: String(10_000 + index), type: 'organization' }],
    ...(random.chance(0.2) && {
      emails: [{ address: `${random.letters(8)}@home.test`, type: 'home' }],
      recoveryEmail: `${random.letters(8)}@home.test`,
    }),
    ...(random.chance(0.25) && {
      customSchemas: {
        HR: { level: 1 + random.below(9), site: code, ...(random.chance(0.2) && { certs: [{ value: 'first-aid' }] }) },
      },
    }),
  };
}
