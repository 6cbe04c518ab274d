import { canonicalUri } from '../schema/index.js';
import { isIdText } from './key-text.js';

/** RFC 7643 section 2.4: a reference is the same with another API version, or with none. */
const VERSION = /\/scim\/v[0-9]+\//;

/**
 * The id of the object that a URI names, in whatever form of RFC 3986 section 6.2 it is written; a relative one is
 * resolved against the base URL (RFC 7643 section 2.3.7).
 * @param endpoint below the base URL, e.g. `/Users/`
 * @returns undefined when it names no object of this endpoint
 */
export function idInUri(text: string, baseUrl: string, endpoint: string): string | undefined {
  const uri = withoutVersion(text, baseUrl);
  const prefix = withoutVersion(`${baseUrl}${endpoint}`, baseUrl);
  if (uri === undefined || prefix === undefined || !uri.startsWith(prefix)) return undefined;
  const id = uri.slice(prefix.length);
  return isIdText(id) ? id : undefined;
}

function withoutVersion(text: string, baseUrl: string): string | undefined {
  return canonicalUri(text, `${baseUrl}/`)?.replace(VERSION, '/scim/');
}
