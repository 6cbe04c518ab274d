export { filteredAccess, knownAccess, shownAccess } from './access-rules.js';
export { bodyShowsCurrent, namesVersion, replacesRoles, touches } from './seen-version.js';
export { accessElements, withAccess } from './show-access.js';
export { requireOthersRoles, shownDocument, takeNewUserAccess, takeUserAccess, versioned } from './user-access.js';
