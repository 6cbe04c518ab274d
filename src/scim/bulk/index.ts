export { createBulk } from './create-bulk.js';
