import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { observeRequest, PROFILE_NAMES, suggestProfile } from '../../../src/scim/profiles/index.js';
import { TRAITS, traitNamed } from '../../../src/scim/profiles/traits.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);

function seen(...traits: readonly string[]) {
  return traits.map((trait) => ({ trait, count: 3, firstSeen: daysAgo(9), lastSeen: daysAgo(1) }));
}

const suggested = (configured: string, ...traits: readonly string[]) =>
  suggestProfile(configured, seen(...traits), NOW).suggestedProfile;

describe('suggestProfile', () => {
  it.each([
    [['agent-okta'], 'okta'],
    [['agent-google', 'json-type'], 'google'],
    [['capital-operation'], 'entra'],
    [['capital-operation', 'entra-flag'], 'entra'],
    [['entra-flag'], 'entra-compliant'],
    [['keys-that-are-paths', 'members-removed-by-filter'], 'entra-compliant'],
    [['without-members', 'bare-manager'], 'entra'],
    [['scim-1-urns'], 'onelogin'],
    [['lookup-in-brackets'], 'rippling'],
    [['lookup-by-address', 'lookup-behind-brackets', 'members-removed-by-filter'], 'ping'],
    // Habits of many, or of two that differ.
    [[], undefined],
    [['members-removed-by-list'], undefined],
    [['trailing-question-mark'], undefined],
    [['agent-okta', 'agent-jumpcloud'], undefined],
    [['trait-of-a-newer-version'], undefined],
  ])('of %j it makes %s', (traits, profile) => {
    expect(suggested('generic', ...traits)).toBe(profile);
  });

  it('never suggests what refuses something that was seen', () => {
    expect(suggested('generic', 'agent-okta', 'boolean-text')).toBeUndefined();
    expect(suggested('okta', 'agent-okta', 'boolean-text')).toBe('generic');
    expect(suggested('okta', 'scim-1-urns', 'capital-operation')).toBeUndefined();
  });

  it('says what speaks for it, how often it was seen and when last', () => {
    const { because } = suggestProfile('generic', seen('capital-operation', 'json-type'), NOW);
    expect(because).toEqual(['it writes Add, Replace and Remove with capitals (3 times, last on 2026-11-19)']);
  });

  it('says what the configured profile refuses, and by which switch', () => {
    const { refuses } = suggestProfile('strict', seen('capital-operation', 'agent-entra'), NOW);
    expect(refuses).toEqual([
      'it writes Add, Replace and Remove with capitals (3 times, last on 2026-11-19), which needs the switch operationInAnyCase',
    ]);
    expect(suggestProfile('generic', seen(...Object.keys(TRAITS)), NOW).refuses).toHaveLength(3);
  });

  it('forgets what was not seen for thirty days', () => {
    const old = [{ trait: 'agent-okta', count: 3, firstSeen: daysAgo(90), lastSeen: daysAgo(31) }];
    expect(suggestProfile('generic', old, NOW)).toEqual({ suggestedProfile: undefined, because: [], refuses: [] });
  });

  it('names only traits and profiles that exist', () => {
    for (const name of ['__proto__', 'constructor', 'toString', '']) expect(traitNamed(name)).toBeUndefined();
    expect(suggestProfile('gone', seen('capital-operation'), NOW)).toMatchObject({ refuses: [] });
    fc.assert(
      fc.property(fc.subarray(Object.keys(TRAITS)), fc.constantFrom(...PROFILE_NAMES), (traits, configured) => {
        const { suggestedProfile, because } = suggestProfile(configured, seen(...traits), NOW);
        if (suggestedProfile === undefined) return because.length === 0;
        return because.length > 0 && suggestProfile(suggestedProfile, seen(...traits), NOW).refuses.length === 0;
      }),
    );
  });
});

describe('observeRequest', () => {
  const observe = (request: Partial<Parameters<typeof observeRequest>[0]>) =>
    [
      ...observeRequest({
        method: 'GET',
        target: '/scim/v2/key/Users',
        userAgent: undefined,
        contentType: undefined,
        body: undefined,
        ...request,
      }),
    ].sort();
  const get = (query: string) => observe({ target: `/scim/v2/key/Users?${query}` });
  const patched = (...operations: unknown[]) => observe({ method: 'PATCH', body: { Operations: operations } });

  it('sees nothing in what keeps to the RFCs', () => {
    expect(observe({ userAgent: 'curl/8.0' })).toEqual([]);
    expect(get('filter=userName+eq+%22a%22&startIndex=1&count=100')).toEqual([]);
    expect(patched({ op: 'replace', path: 'active', value: false })).toEqual([]);
    expect(patched({ op: 'remove', path: 'members' }, { op: 'add', path: 'members', value: [{ value: '1' }] })).toEqual(
      [],
    );
    const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'a', active: true, emails: [] };
    expect(observe({ method: 'POST', contentType: 'application/scim+json', body })).toEqual([]);
  });

  it.each([
    ['Okta SCIM Client 1.0.0', 'agent-okta'],
    ['Google-Auto-Provisioning', 'agent-google'],
    ['', 'agent-empty'],
  ])('knows the User-Agent %j', (userAgent, trait) => {
    expect(observe({ userAgent })).toEqual([trait]);
  });

  it('looks at the URL', () => {
    expect(observe({ target: '/scim/v2/key/Users/1?' })).toEqual(['trailing-question-mark']);
    expect(get('filter=userName+eq+%22a%22&')).toEqual(['trailing-ampersand']);
    expect(get('aadOptscim062020')).toEqual(['entra-flag']);
    expect(get('excludedAttributes=members')).toEqual(['without-members']);
    expect(get('filter=emails[type+eq+%22work%22].value+eq+%22a%22')).toEqual(['lookup-behind-brackets']);
    expect(get('filter=emails[value+eq+%22a%22]')).toEqual(['lookup-in-brackets']);
    expect(get('filter=emails+eq+%22a%22')).toEqual(['lookup-by-address']);
    expect(get('filter=manager+eq+%22a%22+and+id+eq+%22b%22')).toEqual(['bare-manager']);
    expect(get('filter=roles[primary+eq+%22True%22]')).toEqual(['boolean-text-in-filter']);
    expect(get('filter=%')).toEqual([]);
  });

  it('looks at the operations of a PATCH', () => {
    expect(patched({ op: 'Replace', path: 'active', value: 'False' })).toEqual([
      'capital-boolean-text',
      'capital-operation',
    ]);
    expect(patched({ op: 'replace', value: { 'name.givenName': 'A' } })).toEqual(['keys-that-are-paths']);
    expect(patched({ op: 'replace', value: { active: false } })).toEqual(['value-without-path']);
    expect(patched({ op: 'remove', path: 'members[value eq "1"]' })).toEqual(['members-removed-by-filter']);
    expect(patched({ op: 'remove', path: 'members', value: [{ $ref: null, value: '1' }] })).toEqual([
      'member-without-reference',
      'members-removed-by-list',
    ]);
    expect(patched({ op: 'add', path: 'manager', value: [{ value: '1' }] })).toEqual(['bare-manager', 'manager-list']);
    const role = [{ value: '{"id":"1"}' }];
    expect(patched({ op: 'add', path: 'roles', value: role })).toEqual(['role-as-json']);
    expect(patched({ op: 'add', path: 'roles[primary eq "True"].value', value: 'x' })).toEqual([
      'boolean-text-in-filter',
    ]);
  });

  it('looks at the bodies of POST and PUT', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const body = {
      schemas: [
        'urn:scim:schemas:core:2.0',
        'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group',
      ],
      active: 'true',
      emails: { value: 'a' },
      [urn]: { manager: { managerId: '1' } },
    };
    expect(observe({ method: 'POST', contentType: 'application/json; charset=utf-8', body })).toEqual([
      'adscim-urn',
      'boolean-text',
      'json-type',
      'manager-id',
      'object-for-list',
      'scim-1-urns',
    ]);
    expect(observe({ method: 'PUT', body: { id: '1', meta: { created: 'x' } } })).toEqual(['own-body-back']);
    expect(observe({ method: 'POST', body: { password: 'x', groups: [] } })).toEqual(['password-and-groups']);
  });

  it('looks at the beginning of long lists only, and bears anything', () => {
    const plain = Array.from({ length: 50 }, () => ({ op: 'add', path: 'title', value: 'x' }));
    expect(patched(...plain, { op: 'Add', path: 'title', value: 'x' })).toEqual([]);
    fc.assert(
      fc.property(fc.constantFrom('POST', 'PUT', 'PATCH', 'GET'), fc.string(), fc.jsonValue(), (method, text, body) => {
        observe({ method, target: text, userAgent: text, contentType: text, body });
        observe({ method, body: { Operations: body, schemas: body, roles: body, members: body } });
        observe({ method, body: { Operations: [{ op: body, path: text, value: body }] } });
      }),
    );
  });
});
