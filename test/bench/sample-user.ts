/** What differs from user to user. */
export interface Person {
  readonly number: string;
  readonly given: string;
  readonly family: string;
  readonly department: string;
  readonly city: string;
}

/** Stand-ins that SQL replaces; no ordinary word holds them. `Zq…` is the capitalised spelling. */
export const PLACEHOLDERS: Person = {
  number: 'zqnumber',
  given: 'Zqgiven',
  family: 'Zqfamily',
  department: 'zqdepartment',
  city: 'Zqcity',
};

export const GIVEN_NAMES = ['Anna', 'Bela', 'Carl', 'Dora', 'Emil', 'Fina', 'Gero', 'Hana', 'Ivan', 'Jana', 'Kaja'];
export const FAMILY_NAMES = ['Abel', 'Berg', 'Cron', 'Dahl', 'Ende', 'Falk', 'Gold', 'Horn', 'Iden', 'Jahn', 'Kern'];
export const CITIES = ['Bonn', 'Graz', 'Bern', 'Lyon', 'Turin', 'Porto', 'Oslo'];

/** What an identity provider sends for a person: about 1.5 kB once stored, with three e-mails. */
export function userBody(person: Person): object {
  const { number, given, family, department, city } = person;
  const userName = `${given}.${family}.${number}@example.com`.toLowerCase();
  return {
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ],
    userName,
    externalId: `external-${number}`,
    name: { formatted: `${given} ${family}`, familyName: family, givenName: given, honorificPrefix: 'Dr.' },
    displayName: `${given} ${family} (${number})`,
    nickName: given,
    title: 'Senior Engineer, Operations',
    userType: 'Employee',
    preferredLanguage: 'en-GB',
    locale: 'en-GB',
    timezone: 'Europe/Berlin',
    active: true,
    emails: [
      { value: userName, type: 'work', primary: true },
      { value: `${given}.${family}.${number}@mail.example.net`.toLowerCase(), type: 'home' },
      { value: `${number}.${family}@archive.example.org`.toLowerCase(), type: 'other' },
    ],
    phoneNumbers: [
      { value: `+49 30 ${number}`, type: 'work' },
      { value: `+49 170 ${number}`, type: 'mobile' },
    ],
    addresses: [
      {
        type: 'work',
        streetAddress: `Long Street ${number}`,
        locality: city,
        region: 'Central Region',
        postalCode: '53111',
        country: 'DE',
        formatted: `Long Street ${number}, 53111 ${city}, Germany`,
        primary: true,
      },
    ],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
      employeeNumber: number,
      costCenter: `CC-${department}`,
      organization: 'Example Group',
      division: 'Operations and Engineering',
      department: `Department ${department}`,
    },
  };
}

/** Another person than any of the directory. */
export function newPerson(number: string, turn: number): Person {
  return {
    number,
    given: GIVEN_NAMES[turn % GIVEN_NAMES.length] ?? 'Anna',
    family: FAMILY_NAMES[turn % FAMILY_NAMES.length] ?? 'Abel',
    department: String(turn % 200),
    city: CITIES[turn % CITIES.length] ?? 'Bonn',
  };
}
