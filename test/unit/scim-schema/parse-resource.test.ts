import { describe, expect, it } from '@jest/globals';
import { ENTERPRISE_USER_URN, GROUP, parseResource, USER, USER_URN } from '../../../src/scim/schema/index.js';
import { profileNamed } from '../../support/profile.js';
import { parseGroup, parseUser, refusal } from './support.js';

const RULES = profileNamed('generic').parse;
const URN = ENTERPRISE_USER_URN;

describe('the shape of a body', () => {
  it.each([[null], [[]], ['x'], [1], [true], [undefined]])('MT-11 refuses %j', (body) => {
    expect(refusal(() => parseResource(USER, body, RULES))).toMatch(/^400 invalidSyntax/);
  });

  it('MT-12 MT-14 matches names in any case and writes the schema spelling', () => {
    const parsed = parseResource(USER, { EMAILS: [{ Value: 'a@b' }], UserName: 'x', SCHEMAS: [USER_URN] }, RULES);
    expect(parsed.document).toEqual({ schemas: [USER_URN], userName: 'x', emails: [{ value: 'a@b' }] });
  });

  it('MT-13 A-21 refuses names that differ by case only', () => {
    expect(refusal(() => parseUser({ USERNAME: 'b' }))).toMatch(/^400 invalidSyntax/);
    expect(refusal(() => parseUser({ name: { givenName: 'a', GivenName: 'b' } }))).toMatch(/^400 invalidSyntax/);
    expect(refusal(() => parseUser({ [URN]: { division: 'a', DIVISION: 'b' } }))).toMatch(/^400 invalidSyntax/);
    expect(refusal(() => parseUser({ [URN]: {}, [URN.toLowerCase()]: {} }))).toMatch(/^400 invalidSyntax/);
  });

  it('SEC-03 does not touch prototypes', () => {
    const body: unknown = JSON.parse(
      `{"schemas":["${USER_URN}"],"userName":"x","__proto__":{"active":true},"constructor":{"a":1},"name":{"__proto__":{"givenName":"g"}}}`,
    );
    const { document } = parseResource(USER, body, RULES);
    expect(document).toEqual({ schemas: [USER_URN], userName: 'x' });
    expect(document.active).toBeUndefined();
  });

  it('ignores however deep a nesting in attributes it does not know', () => {
    const body = JSON.parse(`{"schemas":["${USER_URN}"],"userName":"x","deep":${'['.repeat(5000)}${']'.repeat(5000)}}`);
    expect(parseResource(USER, body, RULES).document).toEqual({ schemas: [USER_URN], userName: 'x' });
  });
});

describe('schemas', () => {
  it.each([[undefined], [null], [[]], [USER_URN], [[1]], [[URN]], [[GROUP.schema.id]]])(
    'CRE-09 CRE-10 refuses %j',
    (schemas) => {
      expect(refusal(() => parseResource(USER, { schemas, userName: 'x' }, RULES))).toMatch(/^400 invalidSyntax/);
    },
  );

  it('CRE-11 CRE-18 MT-16 collapses, ignores unknown URNs and computes the result', () => {
    const schemas = ['urn:example:unknown', USER_URN, USER_URN.toLowerCase(), URN];
    expect(parseUser({ schemas }).document.schemas).toEqual([USER_URN]);
    expect(refusal(() => parseUser({ schemas }, 'strict'))).toMatch(/^400 invalidSyntax/);
  });

  it('CRE-19 COM-15 COM-16 A-17 lists an extension that has data, named or not', () => {
    expect(parseUser({ [URN.toUpperCase()]: { department: 'R&D' } }).document).toEqual({
      schemas: [USER_URN, URN],
      userName: 'ada',
      [URN]: { department: 'R&D' },
    });
  });

  it('ENT-05 COM-17 leaves out an extension without data', () => {
    for (const value of [null, {}, { department: null }, { manager: { value: '' } }, { nope: 1 }]) {
      expect(parseUser({ [URN]: value }).document.schemas).toEqual([USER_URN]);
    }
    expect(refusal(() => parseUser({ [URN]: 'x' }))).toContain('invalidValue');
  });

  it('accepts SCIM 1.1 URNs and none from OneLogin only', () => {
    const schemas = ['urn:scim:schemas:core:2.0', 'urn:scim:schemas:extension:enterprise:2.0'];
    expect(parseUser({ schemas }, 'onelogin').document.schemas).toEqual([USER_URN]);
    expect(parseUser({ schemas: null }, 'onelogin').document.schemas).toEqual([USER_URN]);
    expect(refusal(() => parseUser({ schemas }))).toMatch(/^400 invalidSyntax/);
  });

  it('reads the enterprise extension under legacy keys', () => {
    const legacy = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User';
    expect(parseUser({ [legacy]: { department: 'a' } }).document[URN]).toEqual({ department: 'a' });
    expect(refusal(() => parseUser({ [legacy]: { department: 'a' } }, 'strict'))).toMatch(/^400 invalidSyntax/);
  });
});

describe('attributes', () => {
  it('CRE-04 PUT-05 PUT-16 COM-03 COM-09 ETC-06 ETC-07 ignores what clients cannot write', () => {
    const parsed = parseUser(
      { id: 'x', meta: { created: 'nonsense' }, groups: [{ value: 1 }], [URN]: { manager: { displayName: 'Boss' } } },
      'strict',
    );
    expect(parsed.document).toEqual({ schemas: [USER_URN], userName: 'ada' });
    expect([...parsed.provided]).toEqual([URN, `${URN}:manager`, 'userName']);
  });

  it('CRE-17 A-16 INT-03 ignores unknown attributes, or refuses them', () => {
    const extras = [{ shoeSize: 9 }, { name: { nope: 1 } }, { [URN]: { nope: 1 } }, { 'urn:example:x': { a: 1 } }];
    for (const extra of extras) {
      expect(parseUser(extra).document).toEqual({ schemas: [USER_URN], userName: 'ada' });
      expect(refusal(() => parseUser(extra, 'strict'))).toMatch(/^400 invalidSyntax/);
    }
  });

  it('CRE-13 COM-17 PUT-08 takes null, [] and "" as unassigned but provided', () => {
    const parsed = parseUser({ title: null, emails: [], nickName: '', phoneNumbers: [null, {}], externalId: null });
    expect(parsed.document).toEqual({ schemas: [USER_URN], userName: 'ada' });
    expect(parsed.externalId).toBeUndefined();
    expect([...parsed.provided].sort()).toEqual(
      ['emails', 'externalId', 'nickName', 'phoneNumbers', 'title', 'userName'].sort(),
    );
  });

  it('A-01 tells whether active was given', () => {
    expect(parseUser({}).provided.has('active')).toBe(false);
    expect(parseUser({ ACTIVE: false }).provided.has('active')).toBe(true);
  });

  it.each([[undefined], [null], ['']])('CRE-07 CRE-08 USR-01 PUT-09 refuses the userName %j', (userName) => {
    expect(refusal(() => parseUser({ userName }))).toBe("400 invalidValue: Attribute 'userName' is required.");
  });

  it('CRE-08 A-18 refuses blank names and control characters in them', () => {
    expect(refusal(() => parseUser({ userName: '  ' }))).toContain('must not be blank');
    expect(refusal(() => parseUser({ userName: 'a\nb' }))).toContain('control characters');
    expect(parseUser({ userName: 'Ada Lovelace' }).document.userName).toBe('Ada Lovelace');
  });

  it('GRP-01 CRE-07 requires the displayName of a group', () => {
    expect(refusal(() => parseGroup({ displayName: null }))).toBe(
      "400 invalidValue: Attribute 'displayName' is required.",
    );
  });

  it('CRE-24 RT-12 requires a required extension and what it requires', () => {
    const type = { ...USER, extensions: USER.extensions.map(({ schema }) => ({ schema, required: true })) };
    const body = { schemas: [USER_URN], userName: 'x' };
    expect(refusal(() => parseResource(type, body, RULES))).toContain(`'${URN}' is required`);
    expect(refusal(() => parseResource(type, { ...body, [URN]: { division: 'd' } }, RULES))).toBe('accepted');
  });

  it('COM-06 CRE-15 keeps externalId and password out of the document', () => {
    const parsed = parseUser({ externalId: 'Ext-1', password: 'secret' });
    expect(parsed).toMatchObject({ externalId: 'Ext-1', password: 'secret' });
    expect(parsed.document).toEqual({ schemas: [USER_URN], userName: 'ada' });
  });

  it('A-16 accepts the group that Entra creates', () => {
    const schemas = [GROUP.schema.id, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'];
    const parsed = parseGroup({ schemas, externalId: '8aa1', meta: { resourceType: 'Group' } });
    expect(parsed.document).toEqual({ schemas: [GROUP.schema.id], displayName: 'Staff' });
    expect(parsed).toMatchObject({ externalId: '8aa1', members: undefined });
  });

  it('accepts attributes of an extension without its URN, which do not win over those under it', () => {
    const parsed = parseUser({ department: 'bare', manager: '7', [URN]: { department: 'full' } });
    expect(parsed.document[URN]).toEqual({ department: 'full', manager: { value: '7' } });
    expect(refusal(() => parseUser({ department: 'bare' }, 'strict'))).toMatch(/^400 invalidSyntax/);
  });
});

describe('members', () => {
  it('GRP-03 GRP-11 MV-03 keeps ids only, each once', () => {
    const parsed = parseGroup({
      members: [
        { value: 'a', $ref: null },
        { value: 'b', display: 'B', type: 'Nonsense', $ref: 7 },
        { value: 'a', type: 'User' },
        { $ref: 'https://h/Users/c' },
      ],
    });
    expect(parsed.members).toEqual([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
    expect(parsed.document).not.toHaveProperty('members');
  });

  it('GRP-07 tells an emptied group from one whose members are not mentioned', () => {
    const emptied = parseGroup({ members: [] });
    expect([emptied.members, emptied.provided.has('members')]).toEqual([undefined, true]);
    expect(parseGroup({}).provided.has('members')).toBe(false);
  });

  it('GRP-08 never drops a member without a word', () => {
    expect(refusal(() => parseGroup({ members: [{ display: 'x' }] }))).toContain("'members[0].value' is required");
    expect(refusal(() => parseGroup({ members: ['a'] }))).toContain("'members[0]' must be an object");
    expect(refusal(() => parseGroup({ members: [{ value: 1 }] }))).toContain("'members[0].value' must be a string");
  });

  it('GRP-12 reads 100,000 members', () => {
    const members = Array.from({ length: 100_000 }, (_, index) => ({ value: `member-${index}`, display: 'x' }));
    expect(parseGroup({ members }).members).toHaveLength(100_000);
  });
});
