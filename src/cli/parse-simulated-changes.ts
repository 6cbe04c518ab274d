import type { z } from 'zod';
import { simulatedChanges } from '../administration/index.js';
import { UsageError } from './usage-error.js';

/** @throws UsageError where the text is no list of changes */
export function parseSimulatedChanges(text: string): z.output<typeof simulatedChanges> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UsageError('the changes are not valid JSON');
  }
  const parsed = simulatedChanges.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new UsageError(`the changes are not as they should be: ${place}: ${issue?.message ?? ''}`);
}
