import { Directory1790000000001 } from './0001-directory.js';
import { Connections1790000000002 } from './0002-connections.js';
import { Licensing1790000000003 } from './0003-licensing.js';
import { Log1790000000004 } from './0004-log.js';
import { UserTokens1790000000005 } from './0005-user-tokens.js';
import { Profiles1790000000006 } from './0006-profiles.js';
import { OAuth1790000000007 } from './0007-oauth.js';
import { Resources1790000000008 } from './0008-resources.js';
import { Roles1790000000009 } from './0009-roles.js';
import { LicencePeriods1790000000010 } from './0010-licence-periods.js';
import { ApplicationApi1790000000011 } from './0011-application-api.js';
import { Webhooks1790000000012 } from './0012-webhooks.js';
import { UserStates1790000000013 } from './0013-user-states.js';
import { SeatHistory1790000000014 } from './0014-seat-history.js';
import { GoogleConnections1790000000015 } from './0015-google-connections.js';
import { GoogleRuns1790000000016 } from './0016-google-runs.js';
import { ApiTokens1790000000017 } from './0017-api-tokens.js';
import { GoogleIncrements1790000000018 } from './0018-google-increments.js';
import { GoogleJobs1790000000019 } from './0019-google-jobs.js';
import { WaysIn1790000000020 } from './0020-ways-in.js';
import { LogSeals1790000000021 } from './0021-log-seals.js';
import { GoogleCounted1790000000022 } from './0022-google-counted.js';

/** In the order in which they run. */
export const migrations = [
  Directory1790000000001,
  Connections1790000000002,
  Licensing1790000000003,
  Log1790000000004,
  UserTokens1790000000005,
  Profiles1790000000006,
  OAuth1790000000007,
  Resources1790000000008,
  Roles1790000000009,
  LicencePeriods1790000000010,
  ApplicationApi1790000000011,
  Webhooks1790000000012,
  UserStates1790000000013,
  SeatHistory1790000000014,
  GoogleConnections1790000000015,
  GoogleRuns1790000000016,
  ApiTokens1790000000017,
  GoogleIncrements1790000000018,
  GoogleJobs1790000000019,
  WaysIn1790000000020,
  LogSeals1790000000021,
  GoogleCounted1790000000022,
];
