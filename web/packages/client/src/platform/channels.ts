/** Channels of people: what is on, what was on, who follows whom. */
import { pathOf, type PlatformApi } from './http';
import {
  addressOf,
  countOf,
  fieldsOf,
  listOf,
  pageOf,
  textOf,
  timeOf,
  type Fields,
  type Page,
} from './fields';
import { parsePoll, type ChannelPoll } from './polls';

/** How somebody looks; `avatar` is one of the drawn ones, empty where nobody stands behind a channel. */
export interface PublicFace {
  readonly name: string;
  readonly avatar: string;
  readonly color: string;
  readonly avatarUrl: string;
}

export interface ChannelSummary extends PublicFace {
  readonly bannerUrl: string;
  readonly title: string;
  readonly category: string;
  readonly live: boolean;
  readonly viewers: number;
  readonly startedAt: number | null;
  readonly lastLiveAt: number | null;
  readonly thumbnailUrl: string;
  readonly watchUrl: string;
  readonly streamId: string;
}

export interface PastBroadcast {
  readonly id: string;
  readonly channel: PublicFace;
  readonly title: string;
  readonly startedAt: number | null;
  readonly durationMs: number;
  readonly thumbnailUrl: string;
  readonly watchUrl: string;
  /** In the list of one channel, with a token where only members may watch; empty elsewhere. */
  readonly playbackUrl: string;
  /** An MP4, and WebVTT with pictures for the seek bar: likewise; empty where there is none. */
  readonly downloadUrl: string;
  readonly storyboardUrl: string;
}

export interface DirectoryPage {
  readonly live: readonly ChannelSummary[];
  readonly following: readonly ChannelSummary[];
  readonly recent: readonly PastBroadcast[];
  readonly total: number;
  readonly next: string | null;
}

export interface CategoryCount {
  readonly name: string;
  readonly live: number;
}

export interface ChannelDetails extends ChannelSummary {
  readonly about: string;
  readonly channelArn: string;
  readonly channelId: string;
  /** Empty for those who may not watch. */
  readonly playbackUrl: string;
  readonly membersOnly: boolean;
  readonly followers: number;
  readonly isFollowing: boolean;
  readonly isBanned: boolean;
  readonly isOwner: boolean;
  readonly role: string;
  readonly poll: ChannelPoll | null;
  readonly chat: { readonly slowMode: number; readonly followersOnly: number };
  readonly ingest: { readonly width: number; readonly height: number } | null;
}

export interface Found {
  readonly channels: readonly ChannelSummary[];
  readonly categories: readonly string[];
}

function faceOf(from: Fields): PublicFace {
  const name = textOf(from['name']);
  if (name === '') throw new TypeError('somebody without a name');
  return {
    name,
    avatar: textOf(from['avatar']),
    color: textOf(from['color']),
    avatarUrl: addressOf(from['avatarUrl']),
  };
}

export const parseFace = (value: unknown): PublicFace => faceOf(fieldsOf(value, 'person'));

export function parseSummary(value: unknown): ChannelSummary {
  const from = fieldsOf(value, 'channel');
  const face = faceOf(from);
  return {
    ...face,
    bannerUrl: addressOf(from['bannerUrl']),
    title: textOf(from['title']),
    category: textOf(from['category']),
    live: from['live'] === true,
    viewers: countOf(from['viewers']),
    startedAt: timeOf(from['startedAt']),
    lastLiveAt: timeOf(from['lastLiveAt']),
    thumbnailUrl: addressOf(from['thumbnailUrl']),
    watchUrl: addressOf(from['watchUrl']) || `/${encodeURIComponent(face.name)}`,
    streamId: textOf(from['streamId']),
  };
}

export function parsePast(value: unknown): PastBroadcast {
  const from = fieldsOf(value, 'broadcast');
  const watchUrl = addressOf(from['watchUrl']);
  if (watchUrl === '') throw new TypeError('a broadcast without an address');
  return {
    id: textOf(from['id']),
    channel: parseFace(from['channel']),
    title: textOf(from['title']),
    startedAt: timeOf(from['startedAt']),
    durationMs: countOf(from['duration']) * 1000,
    thumbnailUrl: addressOf(from['thumbnailUrl']),
    watchUrl,
    playbackUrl: addressOf(from['playbackUrl']),
    downloadUrl: addressOf(from['downloadUrl']),
    storyboardUrl: addressOf(from['storyboardUrl']),
  };
}

export function parseDirectory(value: unknown): DirectoryPage {
  const from = fieldsOf(value, 'directory');
  const { list: live, next } = pageOf(from, 'live', parseSummary);
  return {
    live,
    next,
    following: listOf(from['following'], parseSummary),
    recent: listOf(from['recent'], parsePast),
    total: countOf(from['total']),
  };
}

export function parseDetails(value: unknown): ChannelDetails {
  const from = fieldsOf(value, 'channel');
  const chat = fieldsOf(from['chat'] ?? {}, 'chat');
  const video = fieldsOf(
    fieldsOf(from['ingestConfiguration'] ?? {}, 'ingest')['video'] ?? {},
    'video',
  );
  const followersOnly = chat['followersOnly'];
  return {
    ...parseSummary(from),
    about: textOf(from['about']),
    channelArn: textOf(from['channelArn']),
    channelId: textOf(from['channelId']),
    playbackUrl: addressOf(from['playbackUrl']),
    membersOnly: from['membersOnly'] === true,
    followers: countOf(from['followers']),
    isFollowing: from['isFollowing'] === true,
    isBanned: from['isBanned'] === true,
    isOwner: from['isOwner'] === true,
    role: textOf(from['role']) || 'NONE',
    poll: parsePoll(from['poll']),
    chat: {
      slowMode: countOf(chat['slowMode']),
      followersOnly: typeof followersOnly === 'number' ? followersOnly : -1,
    },
    ingest:
      countOf(video['videoWidth']) > 0
        ? { width: countOf(video['videoWidth']), height: countOf(video['videoHeight']) }
        : null,
  };
}

export const channelCalls = (api: PlatformApi) => ({
  directory: async (
    options: { readonly category?: string; readonly after?: string | null } = {},
    signal?: AbortSignal,
  ): Promise<DirectoryPage> =>
    parseDirectory(await api.get('/directory', { query: options, signal })),

  categories: async (signal?: AbortSignal): Promise<readonly CategoryCount[]> =>
    listOf(
      fieldsOf(await api.get('/categories', { signal }), 'categories')['categories'],
      (entry) => {
        const { name, live } = fieldsOf(entry, 'category');
        return { name: textOf(name), live: countOf(live) };
      },
    ).filter(({ name }) => name !== ''),

  search: async (q: string, limit: number, signal?: AbortSignal): Promise<Found> => {
    const from = fieldsOf(await api.get('/search', { query: { q, limit }, signal }), 'found');
    return {
      channels: listOf(from['channels'], parseSummary),
      categories: listOf(from['categories'], textOf).filter((name) => name !== ''),
    };
  },

  channel: async (name: string, signal?: AbortSignal): Promise<ChannelDetails> =>
    parseDetails(await api.get(pathOf`/channels/${name}`, { signal })),

  pastOf: async (
    name: string,
    before: string | null,
    signal?: AbortSignal,
  ): Promise<Page<PastBroadcast>> =>
    pageOf(
      await api.get(pathOf`/channels/${name}/recordings`, { query: { before }, signal }),
      'recordings',
      parsePast,
    ),

  follow: async (name: string, on: boolean): Promise<void> => {
    await (on
      ? api.put(pathOf`/channels/${name}/follow`)
      : api.delete(pathOf`/channels/${name}/follow`));
  },

  following: async (after: string | null, signal?: AbortSignal): Promise<Page<ChannelSummary>> =>
    pageOf(await api.get('/following', { query: { after }, signal }), 'channels', parseSummary),
});

export type ChannelCalls = ReturnType<typeof channelCalls>;
