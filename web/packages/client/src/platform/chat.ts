/** Chat of people's channels: coming in, and keeping it a good place. */
import { ChatRefusal, type ChatTicket } from '../chat/types';
import { roleOf } from '../chat/frames';
import { PlatformError, type PlatformApi } from './http';
import { parseFace, type PublicFace } from './channels';
import { countOf, fieldsOf, listOf, pageOf, textOf, timeOf, type Page } from './fields';

export interface PlatformTicket extends ChatTicket {
  readonly userId: string;
  readonly capabilities: readonly string[];
  /** Of somebody who is not signed in: they stay the same person with it. */
  readonly visitor: string;
  /** Seconds until this person may write, once following; null: now. */
  readonly followersOnlySeconds: number | null;
}

export const reportReasons = ['spam', 'harassment', 'hate', 'sexual', 'violence', 'other'] as const;
export type ReportReason = (typeof reportReasons)[number];

export interface ReportAbout {
  readonly channel: string;
  readonly person?: string;
  readonly messageId?: string;
}

export interface ChannelBan extends PublicFace {
  readonly at: number | null;
  readonly until: number | null;
  readonly reason: string;
  readonly by: string;
}

export interface ChatSettings {
  /** Seconds; 0: off. */
  readonly slowMode: number;
  /** Seconds one has to have followed for; -1: off. */
  readonly followersOnly: number;
  readonly blockedWords: readonly string[];
  readonly blockedPatterns: readonly string[];
  readonly links: 'ALLOW' | 'DENY';
  readonly repeated: boolean;
  readonly newAccountSeconds: number;
  readonly membersOnlyChat: boolean;
}

export function parseTicket(value: unknown, home: string): PlatformTicket {
  const from = fieldsOf(value, 'ticket');
  const token = textOf(from['token']);
  const userId = textOf(from['userId']);
  if (token === '' || userId === '') throw new TypeError('not a chat ticket');
  const told = textOf(from['url']);
  const length = countOf(from['maxLength']);
  const followers = from['followersOnlySeconds'];
  return {
    // Rooms are entered where the pages come from, unless the server says otherwise.
    url: /^wss?:\/\//.test(told) ? told : home.replace(/^http/, 'ws').replace(/\/*$/, '/'),
    token,
    userId,
    displayName: textOf(from['displayName']) || userId,
    role: roleOf(from['role']),
    capabilities: listOf(from['capabilities'], textOf),
    visitor: textOf(from['visitor']),
    tokenExpirationTime: timeOf(from['tokenExpirationTime']),
    sessionExpirationTime: timeOf(from['sessionExpirationTime']),
    followersOnlySeconds: typeof followers === 'number' ? followers : null,
    ...(length > 0 ? { maximumMessageLength: length } : {}),
  };
}

export function parseSettings(value: unknown): ChatSettings {
  const from = fieldsOf(value, 'settings');
  const followersOnly = from['followersOnly'];
  return {
    slowMode: countOf(from['slowMode']),
    followersOnly: typeof followersOnly === 'number' ? followersOnly : -1,
    blockedWords: listOf(from['blockedWords'], textOf),
    blockedPatterns: listOf(from['blockedPatterns'], textOf),
    links: from['links'] === 'DENY' ? 'DENY' : 'ALLOW',
    repeated: from['repeated'] === true,
    newAccountSeconds: countOf(from['newAccountSeconds']),
    membersOnlyChat: from['membersOnlyChat'] === true,
  };
}

function parseBan(value: unknown): ChannelBan {
  const from = fieldsOf(value, 'ban');
  return {
    ...parseFace(from),
    at: timeOf(from['at']),
    until: timeOf(from['until']),
    reason: textOf(from['reason']),
    by: textOf(from['by']),
  };
}

/** What asking again would not change becomes a ChatRefusal. */
export function refusalOf(error: unknown): unknown {
  if (!(error instanceof PlatformError)) return error;
  if (error.status === 404 || error.status === 410) {
    return new ChatRefusal('no_channel', error.message);
  }
  if (error.status !== 403) return error;
  return new ChatRefusal(error.type === 'Banned' ? 'banned' : 'chat_off', error.message);
}

export const chatCalls = (api: PlatformApi) => {
  const at = (channel: string, rest: string) => `/channels/${encodeURIComponent(channel)}/${rest}`;
  return {
    joinChat: async (channel: string, visitor: string, home: string): Promise<PlatformTicket> => {
      let answer: unknown;
      try {
        answer = await api.post(at(channel, 'chat'), visitor ? { visitor } : {});
      } catch (error) {
        throw refusalOf(error);
      }
      return parseTicket(answer, home);
    },

    bans: async (channel: string, after: string | null = null): Promise<Page<ChannelBan>> =>
      pageOf(await api.get(at(channel, 'bans'), { query: { after } }), 'bans', parseBan),
    /** For so many seconds, or until it is lifted. */
    ban: async (channel: string, person: string, seconds?: number, reason?: string) => {
      await api.put(at(channel, `bans/${encodeURIComponent(person)}`), {
        ...(seconds ? { seconds } : {}),
        ...(reason ? { reason } : {}),
      });
    },
    unban: async (channel: string, person: string) => {
      await api.delete(at(channel, `bans/${encodeURIComponent(person)}`));
    },

    people: async (channel: string) => {
      const from = fieldsOf(await api.get(at(channel, 'people')), 'people');
      return {
        moderators: listOf(from['moderators'], parseFace),
        vips: listOf(from['vips'], parseFace),
      };
    },
    appoint: async (channel: string, person: string, as: 'moderators' | 'vips', on: boolean) => {
      await (on
        ? api.put(at(channel, `${as}/${encodeURIComponent(person)}`))
        : api.delete(at(channel, `${as}/${encodeURIComponent(person)}`)));
    },

    chatSettings: async (channel: string) =>
      parseSettings(await api.get(at(channel, 'chat/settings'))),
    saveChatSettings: async (channel: string, settings: ChatSettings) => {
      await api.put(at(channel, 'chat/settings'), settings);
    },

    deleteMessage: async (channel: string, messageId: string, reason?: string) => {
      await api.post(at(channel, 'chat/delete'), { messageId, ...(reason ? { reason } : {}) });
    },
    pin: async (channel: string, messageId: string) => {
      await api.put(at(channel, 'chat/pin'), { messageId });
    },
    unpin: async (channel: string) => {
      await api.delete(at(channel, 'chat/pin'));
    },

    report: async (about: ReportAbout, reason: ReportReason, details: string) => {
      await api.post('/reports', { ...about, reason, ...(details ? { details } : {}) });
    },
  };
};

export type ChatCalls = ReturnType<typeof chatCalls>;
