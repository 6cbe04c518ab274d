import { hash } from 'node:crypto';
import { etagOf } from '../api/etag.ts';
import type { Faults } from '../faults/create-faults.ts';
import type { PushDraft } from '../faults/fault.ts';
import { apiError, notFound } from '../http/answer.ts';
import type { Settings } from '../settings.ts';
import type { Directory, DirectoryEvent } from '../state/directory.ts';
import type { JsonObject } from '../state/json.ts';
import type { Channel, Push } from './channel.ts';
import { deliver } from './deliver.ts';

const SECOND = 1_000;
/** What a channel lives where nobody asks for more or less. */
const USUAL_LIFE = 7_200 * SECOND;

export type ChannelWish = Pick<Channel, 'id' | 'address' | 'token' | 'serviceAccount' | 'event' | 'covers'> & {
  readonly resourceUri: string;
  /** Milliseconds. */
  readonly life: number | undefined;
};

export interface Channels {
  /** Opens a channel and sends the sync message. @throws GoogleError 400 where the id is in use */
  open(wish: ChannelWish): Channel;
  /** @throws GoogleError 404 */
  stop(id: string, resourceId: string, serviceAccount: string): void;
  /** Those that have not ended. */
  readonly live: readonly Channel[];
  /** The newest 10,000 messages. */
  readonly pushes: readonly Push[];
  /** When every message that was due so far has been taken or given up. */
  settled(): Promise<void>;
  close(): void;
}

const KEPT = 10_000;

export function createChannels(directory: Directory, settings: Settings, faults: Faults): Channels {
  const { clock } = directory;
  const closing = new AbortController();
  const channels = new Map<string, Channel>();
  /** Messages of one channel leave one after another. */
  const queues = new Map<string, Promise<void>>();
  let pushes: Push[] = [];

  const live = () => [...channels.values()].filter(({ expiration }) => expiration > clock.now());

  function enqueue(channel: Channel, draft: PushDraft, about: Pick<Push, 'state' | 'userId'>): void {
    const send = async () => {
      const outcome = await deliver(channel.address, draft, settings, closing.signal);
      record({ channelId: channel.id, ...about, ...outcome });
    };
    queues.set(channel.id, (queues.get(channel.id) ?? Promise.resolve()).then(send));
  }

  function record(push: Push): void {
    pushes.push(push);
    if (pushes.length > KEPT * 1.1) pushes = pushes.slice(-KEPT);
  }

  function headersOf(channel: Channel, state: Push['state']): PushDraft['headers'] {
    channel.messages += 1;
    return {
      'x-goog-channel-id': channel.id,
      ...(channel.token !== undefined && { 'x-goog-channel-token': channel.token }),
      'x-goog-channel-expiration': new Date(channel.expiration).toUTCString(),
      'x-goog-resource-id': channel.resourceId,
      'x-goog-resource-uri': channel.resourceUri,
      'x-goog-resource-state': state,
      'x-goog-message-number': String(channel.messages),
    };
  }

  function tell({ push }: DirectoryEvent): void {
    if (push === undefined) return;
    const { event, user } = push;
    for (const channel of live()) {
      if ((channel.event !== undefined && channel.event !== event) || !channel.covers(user)) continue;
      const body: JsonObject = {
        kind: 'admin#directory#user',
        id: user.id,
        etag: etagOf(directory.customerId, user.id, user.version),
        primaryEmail: user.primaryEmail,
      };
      const about = { state: event, userId: user.id };
      let drafts: readonly PushDraft[] = [{ headers: headersOf(channel, event), body }];
      for (const hooks of faults.hooks) drafts = drafts.flatMap((draft) => hooks.push?.(draft) ?? [draft]);
      for (const draft of drafts) enqueue(channel, draft, about);
      if (drafts.length === 0) {
        record({ channelId: channel.id, ...about, attempts: 0, status: undefined, outcome: 'lost' });
      }
    }
  }
  directory.observe(tell);

  return {
    open({ life = USUAL_LIFE, ...wish }) {
      if (live().some(({ id }) => id === wish.id)) {
        throw apiError(400, 'channelIdNotUnique', `Channel id ${wish.id} not unique`, { domain: 'global' });
      }
      const channel: Channel = {
        ...wish,
        resourceId: hash('sha1', `${wish.serviceAccount} ${wish.resourceUri}`, 'base64url'),
        expiration: clock.now() + Math.min(life, settings.channelLife),
        messages: 0,
      };
      channels.set(channel.id, channel);
      enqueue(channel, { headers: headersOf(channel, 'sync'), body: undefined }, { state: 'sync', userId: undefined });
      return channel;
    },
    stop(id, resourceId, serviceAccount) {
      const channel = live().find((one) => one.id === id);
      if (channel?.resourceId !== resourceId || channel.serviceAccount !== serviceAccount) {
        throw notFound(`Channel '${id}' not found for project`);
      }
      channels.delete(id);
    },
    get live() {
      return live();
    },
    get pushes() {
      return pushes;
    },
    async settled() {
      await Promise.all(queues.values());
    },
    close: () => closing.abort(),
  };
}
