import fc from 'fast-check';

/** Multiplies the number of cases of every property: 1 in CI, 20 and more for a soak by hand. */
export const RUNS = positive('FUZZ_RUNS') ?? 1;

/** One seed for all properties of a file, new in every run unless it is given, so that a failure can be repeated. */
export const SEED = given('FUZZ_SEED') ?? Math.floor(Math.random() * 0x7fff_ffff);

/** What jest allows a test: far beyond what it needs, since no test measures time. */
export const TIMEOUT = 120_000 * Math.max(1, RUNS);

/**
 * Checks a property of fast-check and says how many cases ran and by which seed, also when all is well.
 * @param cases how many to generate, before FUZZ_RUNS
 * @param inEach how many cases one generated value holds, where several share a round trip
 */
export async function fuzz<Values extends [unknown, ...unknown[]]>(
  name: string,
  cases: number,
  property: fc.IAsyncProperty<Values> | fc.IProperty<Values>,
  inEach = 1,
): Promise<void> {
  const numRuns = Math.max(1, Math.round((cases * RUNS) / inEach));
  const details = await fc.check(property as fc.IAsyncProperty<Values>, { seed: SEED, numRuns });
  process.stderr.write(`fuzz: ${name}: ${details.numRuns * inEach} cases, FUZZ_SEED=${SEED}\n`);
  if (!details.failed) return;
  const again = `Repeat it with FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}.`;
  throw new Error(`${name}\n${again}\n${await fc.asyncDefaultReportMessage(details)}`, {
    cause: details.errorInstance,
  });
}

/**
 * Values for a fixture: the same for the same seed, when a failure is repeated.
 * @param lot another number for each lot, or two lots would begin with the same ids
 */
export function sampled<Value>(arbitrary: fc.Arbitrary<Value>, count: number, lot: number): Value[] {
  return fc.sample(arbitrary, { seed: SEED + lot, numRuns: count });
}

function given(name: string): number | undefined {
  const text = process.env[name];
  if (text === undefined || text === '') return undefined;
  const number = Number(text);
  if (!Number.isFinite(number)) throw new Error(`${name} must be a number`);
  return number;
}

function positive(name: string): number | undefined {
  const number = given(name);
  if (number !== undefined && number <= 0) throw new Error(`${name} must be greater than 0`);
  return number;
}
