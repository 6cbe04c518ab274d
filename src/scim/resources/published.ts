import { join, type Sql, sql } from '../../database/index.js';
import type { ListRequest } from '../../directory/index.js';
import { ScimError } from '../errors.js';
import { publishedColumns } from '../filter/index.js';
import { parseListParameters, runList } from '../list/index.js';
import type { ScimContext, ScimRequest } from '../request.js';
import { parseProjection, project } from '../schema/index.js';
import { listAnswer } from './answer.js';
import { type Published, type PublishedType, publishedTypes } from './published-types.js';
import { type ResourceDependencies, type ResourceHandlers, readerOf } from './resource-handlers.js';

/**
 * `/Roles`, `/Entitlements`, `/Licenses`: what access there is, for clients to look up. It is read out of the tables of
 * licensing and cannot be changed here; it has no versions.
 * @param endpoint with its slash
 */
export function createPublishedHandlers(dependencies: ResourceDependencies, endpoint: string): ResourceHandlers {
  const { database, limits, anchors } = dependencies;

  const find = async (id: string, published: PublishedType, context: ScimContext) => {
    const rows = await database.read<Published>(sql`
      SELECT * FROM (${published.query(context.connection.siteId)}) p WHERE p.value = ${id}`);
    return rows[0];
  };

  return {
    serves: (context) => servedType(endpoint, context) !== undefined,

    async list(request, context) {
      const published = requireType(endpoint, context);
      const { type } = published;
      const show = renderer(published, request, context, limits.projectionAttributes);
      const columns = publishedColumns(type, context.baseUrl);
      const parameters = parseListParameters(type, request.query, columns, context, limits);
      const query = published.query(context.connection.siteId);
      const source = {
        list: async (wanted: ListRequest) => {
          const rows = await database.read<Published>(pageOf(query, wanted));
          return rows.map((row) => ({ ...row, id: row.value }));
        },
        countAll: () => count(query, sql`TRUE`),
        countMatching: (condition: Sql) => count(query, condition),
      };
      const walk = { ...parameters, shape: `${type.name} ${parameters.shape}` };
      const page = await runList(source, readerOf(context), walk, anchors);
      return listAnswer(page, page.items.map(show));
    },

    async read(id, request, context) {
      const published = requireType(endpoint, context);
      const show = renderer(published, request, context, limits.projectionAttributes);
      const row = await find(id, published, context);
      if (row === undefined) {
        throw new ScimError(404, undefined, `There is no ${published.type.name} ${id.slice(0, 64)}.`);
      }
      const location = locationOf(published, row, context);
      return { status: 200, headers: { location, 'content-location': location }, body: show(row) };
    },
  };

  async function count(query: Sql, condition: Sql): Promise<number> {
    const rows = await database.read<{ total: number }>(sql`
      SELECT count(*) AS total FROM (${query}) p WHERE ${condition}`);
    return rows[0]?.total ?? 0;
  }
}

function pageOf(query: Sql, { condition, order, after, offset, limit }: ListRequest): Sql {
  const conditions = [condition ?? sql`TRUE`];
  if (after !== undefined) conditions.push(sql`p.value > ${after} COLLATE "C"`);
  return sql`
    SELECT * FROM (${query}) p WHERE ${join(conditions, ' AND ')}
    ORDER BY ${order === undefined ? sql`` : sql`${order}, `}p.value COLLATE "C" LIMIT ${limit} OFFSET ${offset}`;
}

function renderer(
  published: PublishedType,
  { query }: ScimRequest,
  context: ScimContext,
  most: number,
): (row: Published) => string {
  const { type, attributes } = published;
  const projection = parseProjection(type, query.getAll('attributes'), query.getAll('excludedAttributes'), most);
  return (row) =>
    JSON.stringify(
      project(
        type,
        {
          schemas: [type.schema.id],
          id: row.value,
          ...attributes(row),
          meta: { resourceType: type.name, location: locationOf(published, row, context) },
        },
        projection,
      ),
    );
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
