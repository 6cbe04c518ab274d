import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Config } from '../config/index.js';
import { ScimError, type ScimRequest } from '../scim/index.js';
import { requireJson } from './media-type.js';
import { parseBody, type StructureLimits } from './parse-body.js';
import { type BodyLimit, readBody } from './read-body.js';

/** `value`, `display`, `$ref` and `type` of a member, or `op`, `path` and `value` around it. */
const ATTRIBUTES_PER_MEMBER = 8;

export type BodyLimits = Pick<
  Config['limits'],
  | 'bodyBytes'
  | 'groupBodyBytes'
  | 'bulkBodyBytes'
  | 'bulkOperations'
  | 'bodyDepth'
  | 'bodyAttributes'
  | 'membersPerRequest'
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
  const kind = kindOf(path);
  try {
    requireJson(request.headers, ['application/scim+json', 'application/json']);
    const bytes = await readBody(request, response, sizeLimit(limits, kind));
    const structure = structureLimits(limits, kind);
    return () => parseBody(bytes, structure, { keepSpelling: true });
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

/** Bodies that may be larger than others: one holds members, the other whole requests. */
type Kind = 'group' | 'bulk' | 'other';

function kindOf(path: string): Kind {
  if (path === '/Bulk') return 'bulk';
  return (path === '/Groups' || path.startsWith('/Groups/')) && !path.endsWith('/.search') ? 'group' : 'other';
}

function sizeLimit(limits: BodyLimits, kind: Kind): BodyLimit {
  if (kind === 'group') return { bytes: limits.groupBodyBytes, setting: 'LIMIT_GROUP_BODY_BYTES' };
  // BLK-17 wants the name that ServiceProviderConfig has for it.
  if (kind === 'bulk') return { bytes: limits.bulkBodyBytes, setting: 'LIMIT_BULK_BODY_BYTES (maxPayloadSize)' };
  return { bytes: limits.bodyBytes, setting: 'LIMIT_BODY_BYTES' };
}

/** Envelope, operations and data lie around the body that each operation would have alone. */
const BULK_LEVELS = 3;

/** Members and operations have limits of their own, which the engine knows how to count. */
function structureLimits(limits: BodyLimits, kind: Kind): StructureLimits {
  const { bodyDepth: depth, bodyAttributes: attributes } = limits;
  if (kind === 'group') return { depth, attributes: attributes + limits.membersPerRequest * ATTRIBUTES_PER_MEMBER };
  if (kind === 'bulk') return { depth: depth + BULK_LEVELS, attributes: attributes * limits.bulkOperations };
  return { depth, attributes };
}
