import {
  countObjects,
  createResource,
  deleteResource,
  listResources,
  type ObjectView,
  type ResourceRecord,
  readResource,
  resourceRows,
  updateResource,
} from '../../directory/index.js';
import { ScimError } from '../errors.js';
import { resourceColumns } from '../filter/index.js';
import type { ListSource } from '../list/index.js';
import { applyPatch, parsePatch } from '../patch/index.js';
import { readerOf, type ScimContext, type ScimRequest } from '../request.js';
import {
  foldDocument,
  type JsonObject,
  type Projection,
  parseResource,
  project,
  type ResourceType,
  secretsOf,
  uniqueValuesOf,
} from '../schema/index.js';
import { resourceAnswer } from './answer.js';
import { requireDocumentSize } from './document-size.js';
import { idIfPossible } from './id-if-possible.js';
import { patchLimits } from './patch-limits.js';
import { isKnown, requireMatch } from './preconditions.js';
import { parseRendered, renderResource } from './render.js';
import { replacedDocument, replacedExternalId } from './replaced-document.js';
import { projectionOf, projectionOfWrite } from './request-projection.js';
import { actorOf, freshReads, type ResourceDependencies, type ResourceHandlers } from './resource-handlers.js';

type Edit = (current: ResourceRecord) => { document: JsonObject; externalId: string | undefined };

/** A resource type of the operator's, kept as it is sent: no rule of ours hangs on its attributes. */
export function createCustomHandlers(dependencies: ResourceDependencies, type: ResourceType): ResourceHandlers {
  const { database, change, limits } = dependencies;
  const fresh = freshReads(database);
  const secrets = secretsOf(type);

  const source: ListSource = {
    type,
    columns: ({ connection: { siteId, id: connectionId }, baseUrl }) =>
      resourceColumns(type, { siteId, connectionId, baseUrl }),
    rows: (reader) => resourceRows(reader, type.name),
    countAll: (reader) => countObjects(database, reader, `Resource ${type.name}`),
    async show(wanted, projection, context) {
      const found = await listResources(database, type.name, { reader: readerOf(context), wanted });
      return found.map((view) => ({ id: view.id, text: show(view, projection, context) }));
    },
  };

  const profileOf = (document: JsonObject) => ({
    name: nameOf(document),
    document: requireDocumentSize(document, limits),
    folded: foldDocument(type, document),
    uniqueValues: uniqueValuesOf(type, document),
    secrets,
  });

  async function answerWith(status: number, id: string, request: ScimRequest, context: ScimContext) {
    const view = await readResource(fresh, readerOf(context), type.name, id);
    if (view === undefined) throw notFound(id);
    const projection = projectionOfWrite(type, request, limits, context);
    return resourceAnswer(status, view, locationOf(context, id), show(view, projection, context));
  }

  async function update(id: string, request: ScimRequest, context: ScimContext, editor: () => Edit) {
    const actor = actorOf(context);
    const asked = { action: 'resource.update', objectType: 'Resource', objectId: idIfPossible(id) } as const;
    return change.run(actor, asked, () => {
      projectionOf(type, request, limits);
      const edit = editor();
      return updateResource(actor, type.name, id, (current) => {
        requireMatch(request.ifMatch, current);
        const { document, externalId } = edit(current);
        // jsonb holds what a former request was validated to.
        const previousUniqueValues = uniqueValuesOf(type, current.document as JsonObject);
        return { profile: profileOf(document), previousUniqueValues, externalId };
      });
    });
  }

  return {
    source: () => source,

    async create(request, context) {
      const actor = actorOf(context);
      const { id } = await change.run(actor, { action: 'resource.create', objectType: 'Resource' }, () => {
        projectionOf(type, request, limits);
        const parsed = parseResource(type, request.body(), context.profile.parse);
        return createResource(actor, type.name, profileOf(parsed.document), parsed.externalId);
      });
      return answerWith(201, id, request, context);
    },

    async read(id, request, context) {
      const projection = projectionOf(type, request, limits);
      const view = await readResource(database, readerOf(context), type.name, id);
      if (view === undefined) throw notFound(id);
      const location = locationOf(context, id);
      if (isKnown(request.ifNoneMatch, view)) return resourceAnswer(304, view, location, undefined);
      return resourceAnswer(200, view, location, show(view, projection, context));
    },

    async replace(id, request, context) {
      await update(id, request, context, () => {
        const parsed = parseResource(type, request.body(), context.profile.parse);
        return (current) => ({
          document: replacedDocument(type, parsed, current.document, context.connection),
          externalId: replacedExternalId(parsed, current.externalId, context.connection),
        });
      });
      return answerWith(200, id, request, context);
    },

    async patch(id, request, context) {
      await update(id, request, context, () => {
        const operations = parsePatch(type, request.body(), context.profile.patch, patchLimits(limits));
        return (current) => {
          const before = current.document as JsonObject;
          const patched = applyPatch(type, before, operations, context.profile.patch);
          const externalId =
            patched.externalId === undefined ? (current.externalId ?? undefined) : patched.externalId.value;
          return { document: patched.document, externalId };
        };
      });
      return answerWith(200, id, request, context);
    },

    async remove(id, request, context) {
      const actor = actorOf(context);
      const asked = { action: 'resource.delete', objectType: 'Resource', objectId: idIfPossible(id) } as const;
      await change.run(actor, asked, () =>
        deleteResource(actor, type.name, id, (current) => requireMatch(request.ifMatch, current)),
      );
      return { status: 204, headers: {}, body: undefined };
    },
  };

  function show(view: ObjectView, projection: Projection, { baseUrl }: ScimContext): string {
    const rendered = parseRendered(renderResource(view, type, baseUrl));
    // Never as it is stored: that may hold secrets of an attribute that the operator's file no longer has.
    return JSON.stringify(project(type, rendered, { ...projection, isDefault: false }));
  }

  function locationOf({ baseUrl }: ScimContext, id: string): string {
    return `${baseUrl}${type.endpoint}/${id}`;
  }

  function notFound(id: string): ScimError {
    return new ScimError(404, undefined, `There is no ${type.name} ${id.slice(0, 64)}.`);
  }
}

/** What the log calls it. */
function nameOf({ displayName, name }: JsonObject): string | undefined {
  return [displayName, name].find((value): value is string => typeof value === 'string');
}
