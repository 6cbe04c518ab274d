import { parsePatch } from '../patch/index.js';
import type { ScimContext, ScimLimits, ScimRequest } from '../request.js';
import {
  type Projection,
  parseProjection,
  parseResource,
  type ResourceType,
  returnsOnRequest,
} from '../schema/index.js';
import { patchLimits } from './patch-limits.js';

/** What the answer to a read shows. @throws ScimError 400 invalidValue */
export function projectionOf(
  type: ResourceType,
  { query }: ScimRequest,
  { projectionAttributes }: ScimLimits,
  written?: readonly string[],
): Projection {
  const [included, excluded] = [query.getAll('attributes'), query.getAll('excludedAttributes')];
  return parseProjection(type, included, excluded, projectionAttributes, written);
}

/**
 * What the answer to a POST, PUT or PATCH that succeeded shows: also what is returned on request only, where the client
 * wrote it (RFC 7643 section 7). The body is read again for types that have such attributes, and for no others.
 */
export function projectionOfWrite(
  type: ResourceType,
  request: ScimRequest,
  limits: ScimLimits,
  { profile }: ScimContext,
): Projection {
  if (!returnsOnRequest(type)) return projectionOf(type, request, limits);
  const body = request.body();
  if (request.method !== 'PATCH') {
    const { provided } = parseResource(type, body, profile.parse);
    // The URN of an extension would stand for all of it; its attributes are named beside it.
    const written = [...provided].filter((name) => !type.extensions.some(({ schema }) => schema.id === name));
    return projectionOf(type, request, limits, written);
  }
  const written = parsePatch(type, body, profile.patch, patchLimits(limits)).flatMap(({ target }) => {
    if (target.kind !== 'attribute') return [];
    const { extension, attribute, subAttribute } = target.path;
    const name = extension === undefined ? attribute.name : `${extension.id}:${attribute.name}`;
    return [subAttribute === undefined ? name : `${name}.${subAttribute.name}`];
  });
  return projectionOf(type, request, limits, written);
}
