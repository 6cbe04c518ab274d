import type { IncomingHttpHeaders } from 'node:http';
import { ScimError } from '../scim/index.js';

const ACCEPTED: ReadonlySet<string> = new Set(['application/scim+json', 'application/json']);
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * Checks what a body says it is; without a word it is SCIM JSON (RFC 7644 section 3.8, MT-06).
 * @throws ScimError 415
 */
export function requireScimJson(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== '' && encoding.toLowerCase() !== 'identity') {
    // What is small when it is packed can be over every limit.
    throw unsupported('Content-Encoding is not supported: send the body as it is.', { 'accept-encoding': 'identity' });
  }
  const type = headers['content-type'];
  if (type === undefined || type === '') return;
  const [name = ''] = type.split(';', 1);
  if (!ACCEPTED.has(name.trim().toLowerCase())) {
    throw unsupported('Content-Type must be application/scim+json or application/json.', {
      accept: 'application/scim+json, application/json',
    });
  }
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw unsupported('Content-Type must name the charset utf-8 or none: JSON is UTF-8.', {});
  }
}

function unsupported(detail: string, headers: Record<string, string>): ScimError {
  return new ScimError(415, undefined, detail, headers);
}
