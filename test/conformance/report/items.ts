import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const FOLDER = join(import.meta.dirname, '../items');

const item = z
  .strictObject({
    id: z.string().regex(/^[A-Z]{2,5}-\d\d$/),
    level: z.enum(['MUST', 'SHOULD', 'SHOULD NOT', 'MAY']),
    /** Where it is said. */
    section: z.string().min(1),
    statement: z.string().min(1),
    /** The profile that it is proven in: `strict` where `generic` departs. */
    profile: z.enum(['generic', 'strict']),
    /** What `generic` does instead, and for which traffic. */
    departure: z.strictObject({ does: z.string().min(1), traffic: z.string().min(1) }).optional(),
    /** How it is read where the texts leave something open, and so what may surprise. */
    reading: z.string().min(1).optional(),
    /** Why it is not built. */
    declined: z.string().min(1).optional(),
  })
  .refine(({ profile, departure }) => (profile === 'strict') === (departure !== undefined), {
    message: 'an item is proven in strict exactly where generic departs',
  })
  .refine(({ level, declined }) => declined === undefined || level === 'MAY', {
    message: 'only MAY can be declined',
  });

const area = z.strictObject({
  area: z.string().regex(/^[A-Z]{2,5}$/),
  title: z.string().min(1),
  /** The test files that prove most of it, less `.test.ts`. */
  tests: z.array(z.string()).min(1),
  items: z.array(item).min(1),
});

export type Item = z.infer<typeof item>;
export type Area = z.infer<typeof area>;

/** The conformance items by area, one JSON file each. @throws ZodError where a file has another shape */
export function readAreas(): readonly Area[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return files.sort().map((name) => area.parse(JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))));
}

/** The ids that a title carries; words such as UTF-16 are none, since no area has that name. */
export function idsIn(title: string, areas: readonly Area[]): readonly string[] {
  const names = areas.map((each) => each.area).join('|');
  return title.match(new RegExp(`\\b(?:${names})-\\d\\d\\b`, 'g')) ?? [];
}
