import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config/index.js';
import { ScimError, type ScimRequest } from '../scim/index.js';
import { requireScimJson } from './media-type.js';
import { parseBody, type StructureLimits } from './parse-body.js';
import { type BodyLimit, readBody } from './read-body.js';

/** `value`, `display`, `$ref` and `type` of a member, or `op`, `path` and `value` around it. */
const ATTRIBUTES_PER_MEMBER = 8;

export type BodyLimits = Pick<
  Config['limits'],
  'bodyBytes' | 'groupBodyBytes' | 'bodyDepth' | 'bodyAttributes' | 'membersPerRequest'
>;

const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/**
 * Reads a request's body for the engine. A body that is refused is refused when the engine asks for it: the engine
 * knows what the request was to be, and notes that in the log. @throws ClientGone
 */
export async function receiveBody(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  limits: BodyLimits,
): Promise<ScimRequest['body']> {
  if (!WITH_BODY.has(request.method ?? '')) return noBody;
  const isGroup = (path === '/Groups' || path.startsWith('/Groups/')) && !path.endsWith('/.search');
  try {
    requireScimJson(request.headers);
    const bytes = await readBody(request, response, sizeLimit(limits, isGroup));
    const structure = structureLimits(limits, isGroup);
    return () => parseBody(bytes, structure);
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return () => {
      throw error;
    };
  }
}

function noBody(): never {
  throw new ScimError(400, 'invalidSyntax', 'This request has no body.');
}

function sizeLimit(limits: BodyLimits, isGroup: boolean): BodyLimit {
  return isGroup
    ? { bytes: limits.groupBodyBytes, setting: 'LIMIT_GROUP_BODY_BYTES' }
    : { bytes: limits.bodyBytes, setting: 'LIMIT_BODY_BYTES' };
}

/** Members have a limit of their own, which the engine knows how to count. */
function structureLimits(limits: BodyLimits, isGroup: boolean): StructureLimits {
  const members = isGroup ? limits.membersPerRequest * ATTRIBUTES_PER_MEMBER : 0;
  return { depth: limits.bodyDepth, attributes: limits.bodyAttributes + members };
}
