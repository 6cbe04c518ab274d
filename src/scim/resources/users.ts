import {
  countObjects,
  createGroupOutlines,
  createUser,
  createUserReads,
  createUsers,
  createUserWithGrants,
  deleteUser,
  emailsOf,
  findDeactivated,
  type NewUser,
  reactivateUser,
  type UserEdit,
  type UserRecord,
  type UserView,
  updateUser,
  userRows,
} from '../../directory/index.js';
import {
  bodyShowsCurrent,
  filteredAccess,
  knownAccess,
  namesVersion,
  replacesRoles,
  requireOthersRoles,
  shownAccess,
  shownDocument,
  takeNewUserAccess,
  takeUserAccess,
  touches,
  versioned,
} from '../access/index.js';
import { ScimError } from '../errors.js';
import { userColumns } from '../filter/index.js';
import type { ListSource } from '../list/index.js';
import { applyPatch, parsePatch } from '../patch/index.js';
import { readerOf, type ScimContext, type ScimRequest } from '../request.js';
import {
  type JsonObject,
  type JsonValue,
  type ParsedResource,
  type Projection,
  parseResource,
  project,
  type ResourceType,
  uniqueValuesOf,
} from '../schema/index.js';
import { resourceAnswer } from './answer.js';
import { createMany } from './create-many.js';
import { requireDocumentSize } from './document-size.js';
import { idIfPossible } from './id-if-possible.js';
import { patchLimits } from './patch-limits.js';
import { isKnown, requireMatch } from './preconditions.js';
import { userProfile } from './profiles-of-documents.js';
import { parseRendered, renderUser } from './render.js';
import { replacedDocument, replacedExternalId } from './replaced-document.js';
import { projectionOf, projectionOfWrite } from './request-projection.js';
import { actorOf, type ResourceDependencies, type ResourceHandlers } from './resource-handlers.js';

/** `/Users`: RFC 7643 section 4.1 and 4.3 on the directory's users. */
export function createUserHandlers(dependencies: ResourceDependencies): ResourceHandlers {
  const { database, change, limits, passwords } = dependencies;
  const type = dependencies.types.user;
  const outlines = createGroupOutlines(database);
  const users = createUserReads(database, outlines);

  const source: ListSource = {
    type,
    columns: (context) => userColumns({ ...scope(context), baseUrl: context.baseUrl, access: filteredAccess(context) }),
    rows: userRows,
    countAll: (reader) => countObjects(database, reader, 'User'),
    async show(wanted, projection, context) {
      const request = { reader: readerOf(context), wanted };
      const found = await users.list(request, projection.wants('groups'), shownAccess(context));
      return found.map((user) => ({ id: user.id, text: show(type, user, projection, context) }));
    },
  };

  const sized = (document: JsonObject) => userProfile(type, requireDocumentSize(document, limits));

  /** @param knowsCurrent see Asked */
  function replaced(
    current: UserRecord,
    parsed: ParsedResource,
    passwordHash: string | undefined,
    context: ScimContext,
    knowsCurrent: boolean,
  ): UserEdit {
    const { connection } = context;
    const document = replacedDocument(type, parsed, current.document, connection);
    const omits = (attribute: string) => connection.putOmitted === 'keep' && !parsed.provided.has(attribute);
    const taken = takeUserAccess(context, current, { document, omits, knowsCurrent });
    const externalId = replacedExternalId(parsed, current.externalId, connection);
    return userEdit(type, current, { ...taken, profile: sized(taken.document) }, externalId, passwordHash);
  }

  async function answerWith(status: number, record: UserRecord, request: ScimRequest, context: ScimContext) {
    const projection = projectionOfWrite(type, request, limits, context);
    const user = await users.written(readerOf(context), record, projection.wants('groups'), shownAccess(context));
    return resourceAnswer(status, user, locationOf(context, user.id), show(type, user, projection, context));
  }

  async function update(id: string, request: ScimRequest, context: ScimContext, editor: () => Promise<Editor>) {
    const actor = actorOf(context);
    return change.run(actor, { action: 'user.update', objectType: 'User', objectId: idIfPossible(id) }, async () => {
      const edit = await editor();
      const checkedEdit = (current: UserRecord) => {
        requireMatch(request.ifMatch, versioned(current));
        return edit(current);
      };
      return updateUser(actor, id, checkedEdit, knownAccess(context));
    });
  }

  return {
    source: () => source,

    async create(request, context) {
      const actor = actorOf(context);
      const created = await change.run(actor, { action: 'user.create', objectType: 'User' }, async () => {
        projectionOf(type, request, limits);
        const parsed = parseResource(type, request.body(), context.profile.parse);
        const { externalId } = parsed;
        const document = { ...parsed.document, active: activeOf(parsed, true, context) };
        const passwordHash = await passwords.hashFor(context, parsed.password);
        const mayReturn = context.connection.reactivate && externalId !== undefined && document.active === true;
        const returning = mayReturn ? await findDeactivated(database, actor, externalId) : undefined;
        if (returning !== undefined) {
          const edit = (current: UserRecord) => replaced(current, { ...parsed, document }, passwordHash, context, true);
          return reactivateUser(actor, returning, edit, knownAccess(context));
        }
        const { document: stored, grants } = await takeNewUserAccess(context, database, document);
        const user = { profile: sized(stored), externalId, passwordHash };
        return grants === undefined ? createUser(actor, user) : createUserWithGrants(actor, user, grants);
      });
      return answerWith(201, created, request, context);
    },

    async createMany(requests, context, atomic) {
      if (!isPlain(context)) return undefined;
      const actor = actorOf(context);
      const creations = {
        change,
        request: { action: 'user.create', objectType: 'User' } as const,
        async parse(request: ScimRequest) {
          const parsed = parseResource(type, request.body(), context.profile.parse);
          await passwords.hashFor(context, parsed.password);
          const document = { ...parsed.document, active: activeOf(parsed, true, context) };
          return { profile: sized(document), externalId: parsed.externalId };
        },
        batch: (users: readonly Omit<NewUser, 'passwordHash'>[]) => createUsers(actor, users),
        answer: (user: UserRecord) =>
          resourceAnswer(201, { ...versioned(user), id: user.id }, locationOf(context, user.id), undefined),
      };
      return createMany(creations, requests, actor, atomic);
    },

    async read(id, request, context) {
      const projection = projectionOf(type, request, limits);
      const user = await users.read(readerOf(context), id, projection.wants('groups'), shownAccess(context));
      if (user === undefined) throw notFound(id);
      const location = locationOf(context, id);
      if (isKnown(request.ifNoneMatch, user)) return resourceAnswer(304, user, location, undefined);
      return resourceAnswer(200, user, location, show(type, user, projection, context));
    },

    async replace(id, request, context) {
      const { record } = await update(id, request, context, async () => {
        projectionOf(type, request, limits);
        const body = request.body();
        const parsed = parseResource(type, body, context.profile.parse);
        const passwordHash = await passwords.hashFor(context, parsed.password);
        return (current) => {
          const document = { ...parsed.document, active: activeOf(parsed, isActive(current), context) };
          const knowsCurrent = namesVersion(request.ifMatch) || bodyShowsCurrent(body, versioned(current).access);
          const edit = replaced(current, { ...parsed, document }, passwordHash, context, knowsCurrent);
          return { ...edit, omitsActive: !saysActive(parsed.document, parsed.provided.has('active'), context) };
        };
      });
      return answerWith(200, record, request, context);
    },

    async patch(id, request, context) {
      const { record } = await update(id, request, context, async () => {
        projectionOf(type, request, limits);
        const operations = parsePatch(type, request.body(), context.profile.patch, patchLimits(limits));
        requireOthersRoles(context, operations);
        const password = operations.flatMap(({ target, value }) =>
          target.kind === 'password' && typeof value === 'string' ? [value] : [],
        );
        const passwordHash = await passwords.hashFor(context, password.at(-1));
        return (current) => {
          const patched = applyPatch(type, shownDocument(context, current), operations, context.profile.patch);
          const externalId =
            patched.externalId === undefined ? (current.externalId ?? undefined) : patched.externalId.value;
          const active = patched.document.active ?? withoutActive(isActive(current), context);
          const document = { ...patched.document, active };
          const knowsCurrent = namesVersion(request.ifMatch) || !replacesRoles(operations);
          const omits = (attribute: string) => !touches(operations, attribute);
          const taken = takeUserAccess(context, current, { document, omits, knowsCurrent });
          const edit = userEdit(type, current, { ...taken, profile: sized(taken.document) }, externalId, passwordHash);
          return { ...edit, omitsActive: !saysActive(patched.document, touches(operations, 'active'), context) };
        };
      });
      return answerWith(200, record, request, context);
    },

    async remove(id, request, context) {
      const actor = actorOf(context);
      const precondition = (current: UserRecord) => requireMatch(request.ifMatch, versioned(current));
      await change.run(actor, { action: 'user.delete', objectType: 'User', objectId: idIfPossible(id) }, () =>
        deleteUser(database, actor, id, precondition, knownAccess(context)),
      );
      return { status: 204, headers: {}, body: undefined };
    },
  };
}

/** Whether a creation is an insert and nothing more: no password is stored, nobody comes back, no role is given. */
function isPlain({ connection }: ScimContext): boolean {
  const { passwords, reactivate, assign, showEntitlements, roleValues } = connection;
  return passwords !== 'store' && !reactivate && !assign && !showEntitlements && roleValues === 'any';
}

/** What a body makes of `active`: left out it must neither disable nor enable anybody. */
function activeOf({ document, provided }: ParsedResource, otherwise: boolean, context: ScimContext): JsonValue {
  return document.active ?? (provided.has('active') ? withoutActive(otherwise, context) : otherwise);
}

/** Whether a request that mentions `active` says anything by it. */
function saysActive({ active }: JsonObject, mentioned: boolean, { profile }: ScimContext): boolean {
  return mentioned && (active !== undefined || !profile.parse.nullActiveIsAbsent);
}

/** What is meant by `active` when it is given no value (PUT-08). */
function withoutActive(otherwise: boolean, { profile }: ScimContext): boolean {
  return profile.parse.nullActiveIsAbsent && otherwise;
}

function isActive({ document }: UserRecord): boolean {
  return document.active !== false;
}

type Editor = (current: UserRecord) => UserEdit;

function userEdit(
  type: ResourceType,
  current: UserRecord,
  { profile, grants }: Pick<UserEdit, 'profile' | 'grants'>,
  externalId: string | undefined,
  passwordHash: string | undefined,
): UserEdit {
  // jsonb holds what a former request was validated to.
  const before = current.document as JsonObject;
  return {
    profile,
    previousEmails: emailsOf(before),
    previousUniqueValues: uniqueValuesOf(type, before),
    externalId,
    passwordHash,
    grants,
  };
}

function show(type: ResourceType, user: UserView, projection: Projection, context: ScimContext): string {
  const text = renderUser(user, context);
  return projection.isDefaultBut('groups') ? text : JSON.stringify(project(type, parseRendered(text), projection));
}

function locationOf(context: ScimContext, id: string): string {
  return `${context.baseUrl}/Users/${id}`;
}

function scope({ connection }: ScimContext) {
  return { siteId: connection.siteId, connectionId: connection.id };
}

function notFound(id: string): ScimError {
  return new ScimError(404, undefined, `There is no user ${id.slice(0, 64)}.`);
}
