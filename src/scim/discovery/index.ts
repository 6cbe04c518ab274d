export { createDiscovery, type Discovery, type DiscoveryRequest } from './create-discovery.js';
