import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.js';
import { BASE, DECLARATIONS, type Differences } from '../../../src/scim/profiles/declarations.js';
import { createProfiles, PROFILE_NAMES } from '../../../src/scim/profiles/index.js';
import { SWITCHES, type SwitchName } from '../../../src/scim/profiles/switches.js';
import { profileNamed } from '../../support/profile.js';

const SWITCH_NAMES = Object.keys(SWITCHES) as readonly SwitchName[];

/** The switches at which a profile takes more than another. */
function beyond(one: string, other: string): string[] {
  const [taking, holding] = [profileNamed(one).switches, profileNamed(other).switches];
  return SWITCH_NAMES.filter((name) => {
    const { tolerant } = SWITCHES[name];
    return tolerant !== undefined && taking[name] === tolerant && holding[name] !== tolerant;
  });
}

describe('profiles', () => {
  it('are ten, and found by their names only', () => {
    expect(PROFILE_NAMES).toEqual([
      'generic',
      'entra',
      'entra-compliant',
      'okta',
      'onelogin',
      'jumpcloud',
      'ping',
      'google',
      'rippling',
      'strict',
    ]);
    const { named } = createProfiles(loadConfig().limits);
    for (const name of PROFILE_NAMES) expect(named(name)?.name).toBe(name);
    for (const name of ['', 'Generic', '__proto__', 'constructor']) expect(named(name)).toBeUndefined();
  });

  it('say nothing that BASE says already, and have each switch of it', () => {
    expect(Object.keys(BASE).sort()).toEqual([...SWITCH_NAMES].sort());
    for (const [name, { differences }] of Object.entries<{ differences: Differences }>(DECLARATIONS)) {
      for (const each of SWITCH_NAMES) {
        expect([name, each, profileNamed(name).switches[each]]).toEqual([
          name,
          each,
          differences[each]?.[0] ?? BASE[each],
        ]);
        if (differences[each] !== undefined) expect([name, each]).not.toEqual([name, each, BASE[each]]);
      }
    }
  });

  it('differ in each of the switches: one that is the same for everybody is none', () => {
    for (const each of SWITCH_NAMES) {
      const values = new Set(PROFILE_NAMES.map((name) => profileNamed(name).switches[each]));
      expect([each, values.size]).toEqual([each, 2]);
    }
  });

  it('generic takes whatever Entra and Okta send, and the others but OneLogin', () => {
    for (const name of PROFILE_NAMES.filter((each) => each !== 'onelogin')) {
      expect([name, beyond(name, 'generic')]).toEqual([name, []]);
    }
    expect(beyond('onelogin', 'generic')).toEqual(['objectForArray', 'managerIdForValue', 'schemas']);
  });

  it('nobody takes less than strict', () => {
    for (const name of PROFILE_NAMES) expect([name, beyond('strict', name)]).toEqual([name, []]);
  });

  it('A-33 answer a PATCH of a group as Entra wants, but for strict', () => {
    for (const name of PROFILE_NAMES) {
      expect(profileNamed(name).answers.patchGroup).toBe(name === 'strict' ? 'resource' : 'none');
    }
  });
});
