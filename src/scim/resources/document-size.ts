import { ScimError } from '../errors.js';
import type { ScimLimits } from '../request.js';
import type { JsonObject } from '../schema/index.js';

/**
 * Bounds what one resource may grow to over many requests, each of which may be small.
 * @returns the document itself
 * @throws ScimError 400 invalidValue that names the limit
 */
export function requireDocumentSize(document: JsonObject, limits: ScimLimits): JsonObject {
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (bytes <= limits.documentBytes) return document;
  throw new ScimError(
    400,
    'invalidValue',
    `The resource would hold ${bytes} bytes; LIMIT_DOCUMENT_BYTES allows ${limits.documentBytes}.`,
  );
}
