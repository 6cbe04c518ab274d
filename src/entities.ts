import { apiEntities } from './api/index.js';
import { connectionEntities } from './connections/index.js';
import { directoryEntities } from './directory/index.js';
import { googleEntities, googleIncrementEntities, googleRefreshEntities, googleRunEntities } from './google/index.js';
import { invitationEntities } from './invitations/index.js';
import { historyEntities, licensingEntities, usageEntities } from './licensing/index.js';
import { logEntities } from './log/index.js';
import { mailEntities } from './mail/index.js';
import { signUpEntities } from './sign-ups/index.js';
import { webhookEntities } from './webhooks/index.js';

/** Every table that the migrations make, for `openDatabase`. */
export const entities = [
  ...directoryEntities,
  ...connectionEntities,
  ...licensingEntities,
  ...usageEntities,
  ...historyEntities,
  ...logEntities,
  ...webhookEntities,
  ...mailEntities,
  ...invitationEntities,
  ...signUpEntities,
  ...apiEntities,
  ...googleEntities,
  ...googleRunEntities,
  ...googleRefreshEntities,
  ...googleIncrementEntities,
];
