import { ScimError } from '../errors.js';

/** The weak entity tag of a version, as `meta.version` and ETag show it (RFC 7644 section 3.14). */
export function entityTag(version: number): string {
  return `W/"${version}"`;
}

/**
 * Refuses a write to a version that the client has not seen. Tags compare without their `W/`: HTTP's strong
 * comparison would never match the tags that SCIM's own examples use.
 * @throws ScimError 412
 */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || matches(ifMatch, version)) return;
  throw new ScimError(412, undefined, `If-Match: the resource has changed; its version is now ${entityTag(version)}.`);
}

/** Whether the client has this version already, so that 304 is the answer. */
export function isKnown(ifNoneMatch: string | undefined, version: number): boolean {
  return ifNoneMatch !== undefined && matches(ifNoneMatch, version);
}

function matches(header: string, version: number): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${version}"`);
}
