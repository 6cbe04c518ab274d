export { createMapping, type MappedUser, type Mapping } from './create-mapping.js';
export { DEFAULT_MAPPING } from './default-mapping.js';
export { cleanText } from './source-expression.js';
