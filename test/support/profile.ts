import { loadConfig } from '../../src/config/index.js';
import { createProfiles, type Profile } from '../../src/scim/profiles/index.js';

const profiles = createProfiles(loadConfig().limits);

/** A profile with the limits of the default settings. */
export function profileNamed(name: string): Profile {
  const profile = profiles.named(name);
  if (profile === undefined) throw new Error(`There is no profile ${name}`);
  return profile;
}
