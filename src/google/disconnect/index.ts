export { disconnectGoogle } from './disconnect-google.js';
export type { DisconnectMode, DisconnectOutlook } from './outline-disconnect.js';
