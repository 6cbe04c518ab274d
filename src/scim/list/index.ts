export { type ListParameters, parseListParameters } from './list-parameters.js';
export { createPageAnchors, type PageAnchors } from './page-anchors.js';
export { type ListSource, type Page, runList } from './run-list.js';
