import { raw, type Sql, sql } from '../../database/index.js';
import type { Wanted } from '../../directory/index.js';
import type { Published } from '../../licensing/index.js';
import { ScimError } from '../errors.js';
import { publishedColumns } from '../filter/index.js';
import type { ListSource } from '../list/index.js';
import type { ScimContext } from '../request.js';
import { type Projection, parseProjection, project } from '../schema/index.js';
import { type PublishedType, publishedTypes } from './published-types.js';
import type { ResourceDependencies, ResourceHandlers } from './resource-handlers.js';

/**
 * `/Roles`, `/Entitlements`, `/Licenses`: what access there is, for clients to look up. It is read out of the tables of
 * licensing and cannot be changed here; it has no versions.
 * @param endpoint with its slash
 */
export function createPublishedHandlers(dependencies: ResourceDependencies, endpoint: string): ResourceHandlers {
  const { database, limits } = dependencies;

  const find = async (id: string, published: PublishedType, context: ScimContext) => {
    const rows = await database.read<Published>(sql`
      SELECT * FROM (${published.query(context.connection.siteId)}) p WHERE p.value = ${id}`);
    return rows[0];
  };

  const sourceOf = ({ type, query, attributes }: PublishedType): ListSource => ({
    type,
    columns: ({ baseUrl }) => publishedColumns(type, baseUrl),
    rows: ({ siteId }) => ({ from: sql`(${query(siteId)}) p`, id: sql`p.value COLLATE "C"`, visible: sql`TRUE` }),
    async countAll({ siteId }) {
      const rows = await database.read<{ total: number }>(sql`SELECT count(*) AS total FROM (${query(siteId)}) p`);
      return rows[0]?.total ?? 0;
    },
    async show(wanted, projection, context) {
      const rows = await database.read<Published>(rowsOf(query(context.connection.siteId), wanted));
      return rows.map((row) => ({ id: row.value, text: show({ type, query, attributes }, row, projection, context) }));
    },
  });

  return {
    source(context) {
      const published = servedType(endpoint, context);
      return published === undefined ? undefined : sourceOf(published);
    },

    async read(id, request, context) {
      const published = requireType(endpoint, context);
      const [included, excluded] = [request.query.getAll('attributes'), request.query.getAll('excludedAttributes')];
      const projection = parseProjection(published.type, included, excluded, limits.projectionAttributes);
      const row = await find(id, published, context);
      if (row === undefined) {
        throw new ScimError(404, undefined, `There is no ${published.type.name} ${id.slice(0, 64)}.`);
      }
      const location = locationOf(published, row, context);
      return {
        status: 200,
        headers: { location, 'content-location': location },
        body: show(published, row, projection, context),
      };
    },
  };
}

function rowsOf(query: Sql, wanted: Wanted): Sql {
  if (wanted.kind === 'named') return sql`SELECT * FROM (${query}) p WHERE p.value = ANY (${wanted.ids}::text[])`;
  const { condition = sql`TRUE`, from, backward, limit } = wanted;
  const id = sql`p.value COLLATE "C"`;
  const beyond = from === undefined ? sql`` : sql` AND ${id} ${backward ? raw('<') : raw('>')} ${from}`;
  return sql`
    SELECT * FROM (${query}) p WHERE ${condition}${beyond}
    ORDER BY ${id}${backward ? sql` DESC` : sql``} LIMIT ${limit}`;
}

function show(published: PublishedType, row: Published, projection: Projection, context: ScimContext): string {
  const { type, attributes } = published;
  const resource = {
    schemas: [type.schema.id],
    id: row.value,
    ...attributes(row),
    meta: { resourceType: type.name, location: locationOf(published, row, context) },
  };
  return JSON.stringify(project(type, resource, projection));
}

function locationOf({ type }: PublishedType, { value }: Published, { baseUrl }: ScimContext): string {
  return `${baseUrl}${type.endpoint}/${value}`;
}

function servedType(endpoint: string, { connection }: ScimContext): PublishedType | undefined {
  return publishedTypes(connection).find(({ type }) => type.endpoint === endpoint);
}

function requireType(endpoint: string, context: ScimContext): PublishedType {
  const published = servedType(endpoint, context);
  // The engine asks `serves` first.
  if (published === undefined) throw new Error(`${context.connection.key} is not served ${endpoint}`);
  return published;
}
