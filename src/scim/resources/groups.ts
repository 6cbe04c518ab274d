import {
  type CreatedGroup,
  countObjects,
  createEmptyGroups,
  createGroup,
  deleteGroup,
  type GroupEdit,
  type GroupRecord,
  groupRows,
  listGroups,
  type MemberChange,
  type NewGroup,
  readGroup,
  updateGroup,
} from '../../directory/index.js';
import { ScimError } from '../errors.js';
import { compileFilter, groupColumns, memberColumns } from '../filter/index.js';
import type { ListSource } from '../list/index.js';
import { applyPatch, type PatchOperation, parsePatch } from '../patch/index.js';
import { readerOf, type ScimContext, type ScimRequest } from '../request.js';
import { type JsonObject, parseResource, type ResourceType, uniqueValuesOf } from '../schema/index.js';
import { resourceAnswer } from './answer.js';
import { createMany } from './create-many.js';
import { requireDocumentSize } from './document-size.js';
import { createGroupBodies } from './group-bodies.js';
import { idIfPossible } from './id-if-possible.js';
import { patchLimits } from './patch-limits.js';
import { isKnown, requireMatch } from './preconditions.js';
import { groupProfile } from './profiles-of-documents.js';
import { replacedDocument, replacedExternalId } from './replaced-document.js';
import { projectionOf, projectionOfWrite } from './request-projection.js';
import { actorOf, freshReads, type ResourceDependencies, type ResourceHandlers } from './resource-handlers.js';

interface Wanted {
  readonly edit: (current: GroupRecord) => GroupEdit;
  readonly members: readonly MemberChange[];
}

/** `/Groups`: RFC 7643 section 4.2 on the directory's groups. */
export function createGroupHandlers(dependencies: ResourceDependencies): ResourceHandlers {
  const { database, change, limits } = dependencies;
  const type = dependencies.types.group;
  const fresh = freshReads(database);
  const bodies = createGroupBodies(database, type);
  const freshBodies = createGroupBodies(fresh, type);

  const source: ListSource = {
    type,
    columns: ({ connection, baseUrl }) =>
      groupColumns({ siteId: connection.siteId, connectionId: connection.id, baseUrl }),
    rows: groupRows,
    countAll: (reader) => countObjects(database, reader, 'Group'),
    async show(wanted, projection, context) {
      const groups = await listGroups(database, { reader: readerOf(context), wanted });
      const texts = await bodies.many(groups, projection, context);
      return groups.map(({ id }, index) => ({ id, text: texts[index] ?? '' }));
    },
  };

  const sized = (document: JsonObject) => groupProfile(type, requireDocumentSize(document, limits));

  // jsonb holds what a former request was validated to.
  const valuesOf = (current: GroupRecord) => uniqueValuesOf(type, current.document as JsonObject);

  async function answerWith(status: number, id: string, request: ScimRequest, context: ScimContext) {
    const group = await readGroup(fresh, readerOf(context), id);
    if (group === undefined) throw notFound(id);
    const body = await freshBodies.one(group, projectionOfWrite(type, request, limits, context), context);
    return resourceAnswer(status, group, locationOf(context, id), body);
  }

  async function update(id: string, request: ScimRequest, context: ScimContext, wanted: () => Wanted) {
    const actor = actorOf(context);
    return change.run(actor, { action: 'group.update', objectType: 'Group', objectId: idIfPossible(id) }, () => {
      projectionOf(type, request, limits);
      const { edit, members } = wanted();
      return updateGroup(database, actor, id, {
        members,
        unknownMembers: context.connection.unknownMembers,
        uniqueName: context.connection.uniqueGroupNames,
        edit(current) {
          requireMatch(request.ifMatch, current);
          return edit(current);
        },
      });
    });
  }

  return {
    source: () => source,

    async create(request, context) {
      const actor = actorOf(context);
      const created = await change.run(actor, { action: 'group.create', objectType: 'Group' }, () => {
        projectionOf(type, request, limits);
        const parsed = parseResource(type, request.body(), context.profile.parse);
        return createGroup(database, actor, {
          profile: sized(parsed.document),
          externalId: parsed.externalId,
          members: (parsed.members ?? []).map((member) => member.value),
          unknownMembers: context.connection.unknownMembers,
          uniqueName: context.connection.uniqueGroupNames,
        });
      });
      return answerWith(201, created.id, request, context);
    },

    async createMany(requests, context, atomic) {
      if (context.connection.uniqueGroupNames) return undefined;
      const actor = actorOf(context);
      const creations = {
        change,
        request: { action: 'group.create', objectType: 'Group' } as const,
        async parse(request: ScimRequest) {
          const { document, externalId } = parseResource(type, request.body(), context.profile.parse);
          return { profile: sized(document), externalId };
        },
        batch: (groups: readonly Pick<NewGroup, 'profile' | 'externalId'>[]) => createEmptyGroups(actor, groups),
        answer: ({ id }: CreatedGroup) => resourceAnswer(201, { id, version: 1 }, locationOf(context, id), undefined),
      };
      // Members are known only under locks, so that a group with some is created alone.
      return requests.some((request) => hasMembers(request))
        ? undefined
        : createMany(creations, requests, actor, atomic);
    },

    async read(id, request, context) {
      const group = await readGroup(database, readerOf(context), id);
      if (group === undefined) throw notFound(id);
      const projection = projectionOf(type, request, limits);
      const location = locationOf(context, id);
      if (isKnown(request.ifNoneMatch, group)) return resourceAnswer(304, group, location, undefined);
      return resourceAnswer(200, group, location, await bodies.one(group, projection, context));
    },

    async replace(id, request, context) {
      await update(id, request, context, () => {
        const parsed = parseResource(type, request.body(), context.profile.parse);
        const ids = (parsed.members ?? []).map((member) => member.value);
        const keeps = context.connection.putOmitted === 'keep' && !parsed.provided.has('members');
        return {
          edit: (current) => ({
            profile: sized(replacedDocument(type, parsed, current.document, context.connection)),
            previousUniqueValues: valuesOf(current),
            externalId: replacedExternalId(parsed, current.externalId, context.connection),
          }),
          members: keeps ? [] : [{ kind: 'replaceAll', ids }],
        };
      });
      return answerWith(200, id, request, context);
    },

    async patch(id, request, context) {
      const { record } = await update(id, request, context, () => {
        const operations = parsePatch(type, request.body(), context.profile.patch, patchLimits(limits));
        return {
          members: memberChanges(operations, context),
          edit: (current) => {
            const { document, externalId } = patchedGroup(type, current, operations, context);
            return { profile: sized(document), previousUniqueValues: valuesOf(current), externalId };
          },
        };
      });
      if (context.profile.answers.patchGroup === 'resource' || asksForAttributes(request)) {
        return answerWith(200, id, request, context);
      }
      return resourceAnswer(204, record, locationOf(context, id), undefined);
    },

    async remove(id, request, context) {
      const actor = actorOf(context);
      await change.run(actor, { action: 'group.delete', objectType: 'Group', objectId: idIfPossible(id) }, () =>
        deleteGroup(actor, id, (current) => requireMatch(request.ifMatch, current)),
      );
      return { status: 204, headers: {}, body: undefined };
    },
  };
}

/** Whether a body names members; one that is no object has none, and is refused later. */
function hasMembers(request: ScimRequest): boolean {
  const body = request.body();
  if (typeof body !== 'object' || body === null) return false;
  const [, members] = Object.entries(body).find(([name]) => name.toLowerCase() === 'members') ?? [];
  return members !== undefined && members !== null && !(Array.isArray(members) && members.length === 0);
}

/** The member steps of a PATCH; a condition in a path becomes SQL over the group's member rows. */
function memberChanges(operations: readonly PatchOperation[], { baseUrl }: ScimContext): MemberChange[] {
  return operations.flatMap(({ target }): MemberChange[] => {
    if (target.kind !== 'members') return [];
    if (target.change.kind !== 'removeMatching') return [target.change];
    return [{ kind: 'removeMatching', condition: compileFilter(target.change.filter, memberColumns({ baseUrl })) }];
  });
}

function patchedGroup(
  type: ResourceType,
  current: GroupRecord,
  operations: readonly PatchOperation[],
  context: ScimContext,
) {
  // jsonb holds what a former request was validated to.
  const patched = applyPatch(type, current.document as JsonObject, operations, context.profile.patch);
  const externalId = patched.externalId === undefined ? (current.externalId ?? undefined) : patched.externalId.value;
  return { document: patched.document, externalId };
}

/** With these parameters the answer to a PATCH has a body (RFC 7644 section 3.5.2). */
function asksForAttributes({ query }: ScimRequest): boolean {
  return query.has('attributes') || query.has('excludedAttributes');
}

function locationOf(context: ScimContext, id: string): string {
  return `${context.baseUrl}/Groups/${id}`;
}

function notFound(id: string): ScimError {
  return new ScimError(404, undefined, `There is no group ${id.slice(0, 64)}.`);
}
