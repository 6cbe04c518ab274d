import type { ObjectView } from '../../directory/index.js';
import type { ScimResponse } from '../request.js';
import { entityTag, type Versioned } from './preconditions.js';

/**
 * The answer about one resource: Location and Content-Location both name it, ETag its version.
 * @param endpoint `/Users`
 */
export function resourceAnswer(
  status: number,
  view: Pick<ObjectView, 'id'> & Versioned,
  location: string,
  body: ScimResponse['body'],
): ScimResponse {
  const headers = {
    etag: entityTag(view),
    location,
    ...(body === undefined ? {} : { 'content-location': location }),
  };
  return { status, headers, body };
}
