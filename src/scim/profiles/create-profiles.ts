import { BASE, DECLARATIONS, type Declaration, type Differences } from './declarations.js';
import type { Profile, ValueLimits } from './rules.js';
import type { Switches } from './switches.js';

/** The names that a connection's `profile` may have. */
export const PROFILE_NAMES: readonly string[] = Object.keys(DECLARATIONS);

export interface Profiles {
  /** @returns the profile of that name, `undefined` when there is none */
  named(name: string): Profile | undefined;
}

/** All profiles, with the bounds of the settings beside what each tolerates. */
export function createProfiles(limits: ValueLimits): Profiles {
  const entries: [string, Declaration][] = Object.entries(DECLARATIONS);
  const profiles = new Map(entries.map(([name, { differences }]) => [name, createProfile(name, differences, limits)]));
  return { named: (name) => profiles.get(name) };
}

function createProfile(name: string, differences: Differences, limits: ValueLimits): Profile {
  const switches = switchesOf(differences);
  const { bareExtensionNames, subAttributeOfValuePath, booleanStringsInFilters } = switches;
  const rules = { ...switches, limits };
  return {
    name,
    switches,
    parse: rules,
    patch: rules,
    filter: { booleanStrings: booleanStringsInFilters, bareExtensionNames, subAttributeOfValuePath },
    answers: switches,
  };
}

/** BASE with the differences laid over it. */
export function switchesOf(differences: Differences): Switches {
  const values = Object.entries(differences).map(([name, [value]]) => [name, value]);
  return { ...BASE, ...Object.fromEntries(values) };
}
