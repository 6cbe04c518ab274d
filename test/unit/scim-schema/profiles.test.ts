import { describe, expect, it } from '@jest/globals';
import { PROFILE_NAMES, profileNamed } from '../../../src/scim/profiles/index.js';
import { profile } from './support.js';

describe('profiles', () => {
  it('are found by their names only', () => {
    for (const name of PROFILE_NAMES) expect(profileNamed(name)?.name).toBe(name);
    for (const name of ['', 'Generic', '__proto__', 'constructor']) expect(profileNamed(name)).toBeUndefined();
  });

  it('A-04 never empty a group when members are listed for removal', () => {
    for (const name of PROFILE_NAMES) expect(profile(name).patch.removeListedValues).toBe(true);
  });

  it('A-27 A-33 answer as Entra and Okta want by default', () => {
    expect(profile('generic').answers).toEqual({ patchUser: 'resource', patchGroup: 'none', unknownMembers: 'reject' });
  });
});
