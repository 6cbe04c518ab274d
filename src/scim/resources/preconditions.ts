import { accessVersion } from '../../licensing/index.js';
import { ScimError } from '../errors.js';

/** What an answer shows changes with these. */
export interface Versioned {
  readonly version: number;
  /** What is shown of a user's access, which changes without the user; null or absent where nothing is. */
  readonly access?: string | null;
}

/** The weak entity tag of a version, as `meta.version` and ETag show it (RFC 7644 section 3.14). */
export function entityTag(versioned: Versioned): string {
  return `W/"${versionText(versioned)}"`;
}

/** `7`, or `7.` and the name of the access where some is shown. */
function versionText({ version, access = null }: Versioned): string {
  const shown = accessVersion(access);
  return shown === undefined ? String(version) : `${version}.${shown}`;
}

/**
 * Refuses a write to a version that the client has not seen. Tags compare without their `W/`: HTTP's strong
 * comparison would never match the tags that SCIM's own examples use.
 * @throws ScimError 412
 */
export function requireMatch(ifMatch: string | undefined, versioned: Versioned): void {
  if (ifMatch === undefined || matches(ifMatch, versioned)) return;
  throw new ScimError(
    412,
    undefined,
    `If-Match: the resource has changed; its version is now ${entityTag(versioned)}.`,
  );
}

/** Whether the client has this version already, so that 304 is the answer. */
export function isKnown(ifNoneMatch: string | undefined, versioned: Versioned): boolean {
  return ifNoneMatch !== undefined && matches(ifNoneMatch, versioned);
}

function matches(header: string, versioned: Versioned): boolean {
  if (header.trim() === '*') return true;
  const wanted = `"${versionText(versioned)}"`;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === wanted);
}
