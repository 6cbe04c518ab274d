const ENDPOINTS: ReadonlySet<string> = new Set([
  '',
  'Users',
  'Groups',
  'Roles',
  'Entitlements',
  'Licenses',
  'ServiceProviderConfig',
  'ResourceTypes',
  'Schemas',
  'Bulk',
  'Me',
  '.search',
]);

/** A name for logs and metrics that no client can choose, e.g. `/scim/Users/{id}`. */
export function routeName(path: string): string {
  const end = path.indexOf('/', 1);
  const endpoint = path.slice(1, end === -1 ? undefined : end);
  if (!ENDPOINTS.has(endpoint)) return '/scim/other';
  if (end === -1) return `/scim/${endpoint}`;
  return path.slice(end) === '/.search' ? `/scim/${endpoint}/.search` : `/scim/${endpoint}/{id}`;
}
