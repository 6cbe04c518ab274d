export { type KnownChannel, recogniseChannel } from './channel-store.js';
export { googleIncrementEntities } from './entities.js';
export { hearOfChanges } from './hear-of-changes.js';
export { pollReports } from './poll-reports.js';
export { type ChannelServices, NOTIFICATION_PATH, renewChannels } from './renew-channels.js';
export { requestRefreshes } from './request-refreshes.js';
export { type HintSource, readSources, type SourceState } from './sources.js';
export { takeNotification } from './take-notification.js';
