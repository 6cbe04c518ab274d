import { switchesOf } from './create-profiles.js';
import { DECLARATIONS, isProfileName, type ProfileName } from './declarations.js';
import { SWITCHES, type SwitchName } from './switches.js';
import { type Trait, traitNamed } from './traits.js';

/** How often a trait was seen among the requests of a connection that were looked at. */
export interface SeenTrait {
  readonly trait: string;
  readonly count: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

export interface Suggestion {
  /** The profile that fits what was seen, which may be the one that the connection has; undefined when that is open. */
  readonly suggestedProfile: ProfileName | undefined;
  /** What speaks for it. */
  readonly because: readonly string[];
  /** What the connection's own profile does not take of what was seen: it refuses it, or loses it. */
  readonly refuses: readonly string[];
}

type Evidence = SeenTrait & Trait;

const PROFILES = Object.keys(DECLARATIONS).filter(isProfileName);
/** They are chosen for what they are, not for whom they are for. */
const NOBODYS: ReadonlySet<ProfileName> = new Set(['generic', 'strict']);
/** A single habit that others have as well proves nothing. */
const ENOUGH = 2;
/** Older sightings may be of a client that is gone. */
const REMEMBERED_MILLISECONDS = 30 * 86_400_000;

/**
 * Which profile fits what a connection's client was seen to do. Nothing is switched by it: an administrator reads it.
 * @param configured the profile that the connection has
 */
export function suggestProfile(configured: string, seen: readonly SeenTrait[], now = new Date()): Suggestion {
  const since = now.getTime() - REMEMBERED_MILLISECONDS;
  const evidence = seen.flatMap((each): Evidence[] => {
    const trait = each.lastSeen.getTime() < since ? undefined : traitNamed(each.trait);
    return trait === undefined ? [] : [{ ...each, ...trait }];
  });
  const refused = isProfileName(configured) ? evidence.filter((each) => !accepts(configured, each)) : [];
  const fitting = bestMatch(evidence) ?? (refused.length > 0 ? acceptingAll(evidence) : undefined);
  const reasons = fitting === undefined ? [] : evidence.filter(({ speaksFor }) => speaksFor[fitting] !== undefined);
  return {
    suggestedProfile: fitting,
    because: (reasons.length > 0 ? reasons : fitting === undefined ? [] : refused).map(inWords),
    refuses: refused.map((each) => `${inWords(each)}, which needs the switch ${each.needs}`),
  };
}

interface Candidate {
  readonly name: ProfileName;
  /** The strongest single trait: three habits of everybody do not outweigh one that is typical. */
  readonly strongest: number;
  readonly points: number;
}

/** The profile of the client that most speaks for and that takes all it sends; undefined when another fits as well. */
function bestMatch(evidence: readonly Evidence[]): ProfileName | undefined {
  const [best, next] = PROFILES.filter((name) => !NOBODYS.has(name))
    .filter((name) => evidence.every((each) => accepts(name, each)))
    .map((name) => candidate(name, evidence))
    .filter(({ points }) => points >= ENOUGH)
    .sort((one, other) => other.strongest - one.strongest || other.points - one.points);
  if (best === undefined) return undefined;
  const isOpen = next?.strongest === best.strongest && next.points === best.points;
  return isOpen && !isSameClient(best.name, next.name) ? undefined : best.name;
}

function candidate(name: ProfileName, evidence: readonly Evidence[]): Candidate {
  const weights = evidence.map(({ speaksFor }) => speaksFor[name] ?? 0);
  return { name, strongest: Math.max(0, ...weights), points: weights.reduce<number>((sum, each) => sum + each, 0) };
}

/** Entra's two modes; of equal ones the first is taken, which takes what the other sends as well. */
function isSameClient(one: ProfileName, other: ProfileName): boolean {
  return one.startsWith('entra') && other.startsWith('entra');
}

/** The first profile that takes everything; `generic` comes first of all. */
function acceptingAll(evidence: readonly Evidence[]): ProfileName | undefined {
  return PROFILES.find((name) => evidence.every((each) => accepts(name, each)));
}

function accepts(name: ProfileName, { needs }: Trait): boolean {
  return needs === undefined || isTolerant(name, needs);
}

function isTolerant(name: ProfileName, each: SwitchName): boolean {
  return switchesOf(DECLARATIONS[name].differences)[each] === SWITCHES[each].tolerant;
}

function inWords({ saw, count, lastSeen }: Evidence): string {
  return `it ${saw} (${count === 1 ? 'once' : `${count} times`}, last on ${lastSeen.toISOString().slice(0, 10)})`;
}
