/** What a seeded directory holds; the same options always give the same directory. */
export interface SeedOptions {
  /** Without the administrator, who is there in any case. Up to 100,000. */
  readonly users?: number;
  /** Up to 5,000. */
  readonly groups?: number;
  /** Direct ones, those of groups inside groups included. Up to 1,000,000. */
  readonly memberships?: number;
  /** Without the root; of several depths. */
  readonly orgUnits?: number;
  /** How many, or their names, the primary one first. */
  readonly domains?: number | readonly string[];
  readonly seed?: number;
  /** The part of the users that is suspended; 0.03 unless said. */
  readonly suspended?: number;
  /** The part of the users that is archived; 0.01 unless said. */
  readonly archived?: number;
}

const LIMITS = { users: 100_000, groups: 5_000, memberships: 1_000_000, orgUnits: 10_000, domains: 100 } as const;
const DOMAINS = ['example.com', 'example.org', 'example.net'];

export interface SeedPlan {
  readonly users: number;
  readonly groups: number;
  readonly memberships: number;
  readonly orgUnits: number;
  readonly domains: readonly string[];
  readonly seed: number;
  readonly suspended: number;
  readonly archived: number;
}

/** @throws Error naming the option that is out of bounds */
export function planOf(options: SeedOptions): SeedPlan {
  const { users = 0, groups = 0, memberships = 0, domains = users > 0 ? 3 : 1, seed = 1 } = options;
  const { orgUnits = users > 0 ? 24 : 0, suspended = 0.03, archived = 0.01 } = options;
  const names = typeof domains === 'number' ? domainNames(domains) : domains;
  for (const [name, limit] of Object.entries(LIMITS)) {
    const value = { users, groups, memberships, orgUnits, domains: names.length }[name as keyof typeof LIMITS];
    if (!Number.isInteger(value) || value < 0 || value > limit) throw new Error(`${name} must be 0 to ${limit}`);
  }
  if (names.length === 0) throw new Error('domains must be 1 at least');
  if (memberships > users * groups) throw new Error(`memberships must be ${users * groups} at most, users x groups`);
  return { users, groups, memberships, orgUnits, domains: names, seed, suspended, archived };
}

function domainNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => DOMAINS[index] ?? `team-${index + 1}.example.com`);
}
