/** Being told that a followed channel is live: in the page, by the browser, by mail. */
import type { PlatformApi } from './http';
import { parseSummary, type ChannelSummary } from './channels';
import { addressOf, countOf, fieldsOf, listOf, textOf, timeOf } from './fields';

/** A followed channel is live, something was reported, or one's own broadcast was refused. */
export interface LiveNotice {
  readonly id: string;
  readonly kind: 'live' | 'report' | 'refused';
  readonly channel: ChannelSummary;
  readonly at: number;
  readonly seen: boolean;
  /** How often since it was seen. */
  readonly count: number;
  /** The page where something is done about it. */
  readonly url: string;
}

export interface NoticePage {
  readonly list: readonly LiveNotice[];
  readonly unseen: number;
  readonly next: string | null;
}

export interface NoticeSettings {
  readonly page: boolean;
  readonly push: boolean;
  readonly digest: 'off' | 'instant' | 'daily';
}

export function parseNotice(value: unknown): LiveNotice {
  const notice = noticeOf(value);
  if (!notice) throw new TypeError('a notice of a kind that is not known');
  return notice;
}

/** Null for kinds that came after this page. */
function noticeOf(value: unknown): LiveNotice | null {
  const from = fieldsOf(value, 'notice');
  const id = textOf(from['id']) || (typeof from['id'] === 'number' ? String(from['id']) : '');
  if (id === '') throw new TypeError('a notice without an id');
  const kind = textOf(from['kind']);
  if (kind !== 'live' && kind !== 'report' && kind !== 'refused') return null;
  const channel = parseSummary(from['channel']);
  return {
    id,
    kind,
    channel,
    at: timeOf(from['at']) ?? 0,
    seen: from['seen'] === true,
    count: Math.max(countOf(from['count']), 1),
    url: addressOf(from['url']) || channel.watchUrl,
  };
}

function parseNoticeSettings(value: unknown): NoticeSettings {
  const { page, push, digest } = fieldsOf(value, 'notifications');
  return {
    page: page !== false,
    push: push === true,
    digest: digest === 'instant' || digest === 'daily' ? digest : 'off',
  };
}

export const noticeCalls = (api: PlatformApi) => ({
  notices: async (after: string | null = null, signal?: AbortSignal): Promise<NoticePage> => {
    const from = fieldsOf(await api.get('/notices', { query: { after }, signal }), 'notices');
    return {
      list: listOf(from['notices'], noticeOf).filter((one) => one !== null),
      unseen: countOf(from['unseen']),
      next: textOf(from['next']) || null,
    };
  },
  noticesSeen: async () => {
    await api.post('/notices/seen');
  },
  noticeSettings: async () => parseNoticeSettings(await api.get('/me/notifications')),
  saveNoticeSettings: async (settings: NoticeSettings) =>
    void (await api.put('/me/notifications', settings)),
  pushKey: async (): Promise<string> =>
    textOf(fieldsOf(await api.get('/push/key'), 'key')['publicKey']),
  subscribePush: async (endpoint: string, keys: { p256dh: string; auth: string }) =>
    void (await api.put('/me/push', { endpoint, keys })),
  unsubscribePush: async (endpoint: string) => void (await api.delete('/me/push', { endpoint })),
});
