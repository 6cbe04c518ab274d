export { createLists, type ListDependencies, type Lists } from './create-lists.js';
export { createCursors } from './cursors.js';
export type { ListQuery } from './list-query.js';
export type { ListSource, Shown, ShownText } from './list-source.js';
export { ALL_TYPES, type ListPlace } from './plan-list.js';
export { parseSearchRequest } from './search-request.js';
export { createSensitiveAttributes } from './sensitive-attributes.js';
export { parseUrlQuery } from './url-query.js';
