import { describe, expect, it } from '@jest/globals';
import { createMapping, DEFAULT_MAPPING } from '../../src/google/mapping/index.js';

const LIZ = {
  name: { givenName: 'Liz', familyName: '\u200B', fullName: 'Liz \u200B' },
  emails: [
    { address: 'liz@example.com', primary: true },
    { address: 'liz@home.test', type: 'home' },
    { address: 'LIZ@home.test', type: 'home' },
    { address: 'x@y.test', type: 'custom', customType: 'club', primary: true },
  ],
  organizations: [{ title: 'SWE' }, { title: 'Lead', primary: true, costCenter: ' ' }],
  externalIds: [
    { value: 'b7', type: 'custom', customType: 'badge' },
    { value: '12345', type: 'organization' },
  ],
  addresses: [{ type: 'work', locality: 'London', country: 'UK', countryCode: 'GB' }, { type: 'home' }],
  relations: [{ value: 'boss@example.com', type: 'manager' }],
  customSchemas: { HR: { level: 3, certs: [{ value: 'aws' }], remote: false } },
};

function mapped(rules: Record<string, string>, user: object = LIZ) {
  return createMapping(rules).resourceOf(user).resource;
}

describe('sources', () => {
  it.each([
    ['name.givenName', 'Liz'],
    ['name.familyName', undefined],
    ['organizations[primary].title', 'Lead'],
    ['organizations[0].title', 'SWE'],
    ['organizations[7].title', undefined],
    ['organizations[primary].costCenter', undefined],
    ['externalIds[type=organization].value', '12345'],
    ['externalIds[customType=badge].value', 'b7'],
    ['customSchemas.HR.level', 3],
    ['customSchemas.HR.remote', false],
    ['customSchemas.HR.nothing.deeper', undefined],
    ['organizations[primary].costCenter | organizations[0].title', 'SWE'],
    ["organizations[primary].costCenter | 'none'", 'none'],
    ['constructor.name', undefined],
    ['emails.address', undefined],
  ])('%s is %p', (source, value) => {
    expect(mapped({ title: source }).title).toEqual(value);
  });

  it.each(['', 'a..b', 'a[', '[0]', 'a b', 'a.1', 'x|'])('%p is none, which is said before it is saved', (source) => {
    if (source === '') expect(mapped({ title: source })).toEqual({});
    else expect(() => createMapping({ title: source })).toThrow(expect.objectContaining({ code: 'google.mapping' }));
  });

  it.each(['userName', 'active', 'schemas', 'a.b.c', 'with space', ''])(
    'the attribute %p cannot be mapped',
    (attribute) => {
      expect(() => createMapping({ [attribute]: 'name.givenName' })).toThrow(
        expect.objectContaining({ code: 'google.mapping' }),
      );
    },
  );

  it('say which fields Google has to be asked for', () => {
    const { fields } = createMapping({
      title: 'organizations[primary].title',
      nickName: "customSchemas.HR.nick | 'x'",
    });
    expect(fields).toEqual(['organizations', 'customSchemas/HR']);
  });
});

describe('the default mapping', () => {
  const { resourceOf, owned } = createMapping(DEFAULT_MAPPING);

  it('makes a resource of a user, with lists as SCIM has them', () => {
    const { resource, managerAddress } = resourceOf(LIZ);
    expect(managerAddress).toBe('boss@example.com');
    expect(resource).toEqual({
      displayName: 'Liz',
      name: { givenName: 'Liz', formatted: 'Liz' },
      emails: [
        { value: 'liz@example.com', type: 'work', primary: true },
        { value: 'liz@home.test', type: 'home' },
        { value: 'x@y.test', type: 'club' },
      ],
      addresses: [{ type: 'work', locality: 'London', country: 'GB' }],
      title: 'Lead',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { employeeNumber: '12345' },
    });
  });

  it('owns what it maps, whether there is a value or not', () => {
    expect(owned).toEqual(expect.arrayContaining(['userName', 'phoneNumbers', 'name', 'preferredLanguage']));
    expect(resourceOf({}).resource).toEqual({});
  });
});
