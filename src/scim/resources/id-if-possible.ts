import { isObjectId } from '../../directory/index.js';

/** The id as the log can hold it: what a client sent may be anything. */
export function idIfPossible(text: string): string | undefined {
  return isObjectId(text) ? text : undefined;
}
