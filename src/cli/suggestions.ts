import type { ConnectionWithTokens } from '../connections/index.js';
import type { Suggestion } from '../scim/index.js';

/** A connection with what its traffic says about its profile. */
export type JudgedConnection = ConnectionWithTokens & { readonly suggestion: Suggestion };

const NOTHING_SEEN: Suggestion = { suggestedProfile: undefined, because: [], refuses: [] };

/** Compares what was seen of a connection's client with its profile. */
export async function judged(connection: ConnectionWithTokens): Promise<JudgedConnection> {
  const { profile, traits } = connection;
  if (traits.length === 0) return { ...connection, suggestion: NOTHING_SEEN };
  // The engine takes longer to load than every other command takes to run.
  const { suggestProfile } = await import('../scim/index.js');
  return { ...connection, suggestion: suggestProfile(profile, traits) };
}

/** What an administrator should hear: that requests are refused, and that another profile fits better. */
export function suggestionLines({ name, profile, suggestion }: JudgedConnection): string[] {
  const { suggestedProfile, because, refuses } = suggestion;
  const lines = refuses.map(
    (refused) => `Warning: the profile ${profile} of ${name} does not take what it gets: ${refused}.`,
  );
  if (suggestedProfile !== undefined && suggestedProfile !== profile) {
    lines.push(
      `Suggested profile of ${name}: ${suggestedProfile}, because ${because.join('; ')}. ` +
        `Change it: rollcall connection set ${JSON.stringify(name)} --profile ${suggestedProfile}`,
    );
  }
  return lines;
}
