export { type AccessRemoval, explainAccess, outlineAccessRemoval } from './access-removal.js';
export type { Administration } from './administration.js';
export { entraIssuer, rotateConnectionToken } from './connection-tokens.js';
export { baseUrl, connectionView, newTokenView, type ProfileSuggestion } from './connection-view.js';
export { DAYS_SHOWN, dayRange } from './day-range.js';
export {
  deleteGroupConfirmed,
  deleteUserConfirmed,
  removeApplicationConfirmed,
  removeRoleConfirmed,
} from './deletions.js';
export type { Guard } from './guard.js';
export {
  correctAddress,
  type InvitationTerms,
  invite,
  readInvitation,
  resend,
  revoke,
  type SentInvitation,
} from './invitations.js';
export { namedUser, type PersonName } from './invited-documents.js';
export { type LicenceTerms, licenceChange } from './licence-terms.js';
export {
  chooseLicence,
  connectionNames,
  requireConnection,
  requireDeletedGroup,
  requireDeletedUser,
  requireGroup,
  requireHolder,
  requireRole,
  requireUser,
} from './lookup.js';
export { mailAddress } from './mail-address.js';
export { readShownUser, type ShownUser } from './shown-user.js';
export {
  allow,
  approve,
  confirm,
  disallow,
  readRule,
  reject,
  type ShownSignUp,
  signUp,
} from './sign-ups.js';
export { changeMembers, either, simulateChanges, simulatedChanges } from './simulated-changes.js';
export { expiryOf, type TokenState, tokenState } from './token-terms.js';
export { type ImportReport, importList } from './user-import/import-list.js';
export { IMPORT_COLUMNS, importRow, type NumberedRow, type RowOutcome } from './user-import/import-row.js';
export { domainView, proveDomain } from './verify-domain.js';
