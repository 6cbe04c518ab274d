import { badRequest, invalid, notFound } from '../http/answer.ts';
import type { JsonObject } from '../state/json.ts';
import { isWithin, parentOf } from '../state/org-units.ts';
import type { OrgUnitRecord } from '../state/records.ts';
import { requireCustomer } from './customer.ts';
import { etagOf } from './etag.ts';
import type { ApiRequest, Route, World } from './route.ts';

const UNITS = '/admin/directory/v1/customer/{customerId}/orgunits';

export const orgUnitRoutes: readonly Route[] = [
  {
    api: 'orgunits.list',
    method: 'GET',
    path: UNITS,
    area: 'orgUnits',
    answer(request, world) {
      const items = listUnits(request, world).map((unit) => unitJson(unit, world));
      // All of them in one answer: this list has no pages.
      return { list: { kind: 'admin#directory#orgUnits', collection: 'organizationUnits', items, next: undefined } };
    },
  },
  {
    api: 'orgunits.get',
    method: 'GET',
    path: `${UNITS}/{+orgUnitPath}`,
    area: 'orgUnits',
    answer(request, world) {
      requireCustomer(request.params.customerId ?? '', request, world);
      const unit = find(request.params.orgUnitPath ?? '', world);
      if (unit === undefined) throw notFound('orgUnitPath');
      return { object: unitJson(unit, world) };
    },
  },
];

function listUnits(request: ApiRequest, world: World): OrgUnitRecord[] {
  requireCustomer(request.params.customerId ?? '', request, world);
  const type = request.query.get('type') ?? 'children';
  const top = find(request.query.get('orgUnitPath') ?? '', world);
  if (top === undefined) throw invalid('INVALID_OU_ID');
  const below = [...world.directory.orgUnits.values()].filter(({ path }) => isWithin(path, top.path));
  switch (type) {
    case 'all':
      return below.filter((unit) => unit !== top);
    case 'allIncludingParent':
      return below;
    case 'children':
      return below.filter(({ parentId }) => parentId === top.id);
    default:
      throw badRequest(`Invalid value for: type ${type}`);
  }
}

/** By `id:…`, or a path with or without the slash in front; nothing stands for the root. */
function find(key: string, { directory }: World): OrgUnitRecord | undefined {
  if (key.startsWith('id:')) return [...directory.orgUnits.values()].find(({ id }) => id === key);
  return directory.orgUnits.get(`/${key.replace(/^\//, '')}`);
}

function unitJson(unit: OrgUnitRecord, { directory }: World): JsonObject {
  return {
    kind: 'admin#directory#orgUnit',
    etag: etagOf(directory.customerId, unit.id, unit.version),
    name: unit.name,
    description: unit.description,
    orgUnitPath: unit.path,
    orgUnitId: unit.id,
    ...(unit.parentId !== undefined && { parentOrgUnitPath: parentOf(unit.path), parentOrgUnitId: unit.parentId }),
    blockInheritance: false,
  };
}
