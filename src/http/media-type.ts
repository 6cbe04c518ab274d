import type { IncomingHttpHeaders } from 'node:http';
import { ScimError } from '../scim/index.js';

const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/i;

/**
 * Checks what a body says it is; without a word it is the JSON that is wanted (RFC 7644 section 3.8, MT-06).
 * @param accepted media types in lower case
 * @throws ScimError 415
 */
export function requireJson(headers: IncomingHttpHeaders, accepted: readonly string[]): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== '' && encoding.toLowerCase() !== 'identity') {
    // What is small when it is packed can be over every limit.
    throw unsupported('Content-Encoding is not supported: send the body as it is.', { 'accept-encoding': 'identity' });
  }
  const type = headers['content-type'];
  if (type === undefined || type === '') return;
  const [name = ''] = type.split(';', 1);
  if (!accepted.includes(name.trim().toLowerCase())) {
    throw unsupported(`Content-Type must be ${accepted.join(' or ')}.`, { accept: accepted.join(', ') });
  }
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase();
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw unsupported('Content-Type must name the charset utf-8 or none: JSON is UTF-8.', {});
  }
}

function unsupported(detail: string, headers: Record<string, string>): ScimError {
  return new ScimError(415, undefined, detail, headers);
}
