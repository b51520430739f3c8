/** What the pages of channels ask the platform, and its answers, checked. */
import { channelCalls } from './channels';
import { chatCalls } from './chat';
import type { PlatformApi } from './http';
import { noticeCalls } from './notices';
import { pollCalls } from './polls';

export const createChannelPages = (api: PlatformApi) => ({
  ...channelCalls(api),
  ...chatCalls(api),
  ...pollCalls(api),
  ...noticeCalls(api),
});

export type ChannelPages = ReturnType<typeof createChannelPages>;

export type {
  CategoryCount,
  ChannelDetails,
  ChannelSummary,
  DirectoryPage,
  Found,
  PastBroadcast,
  PublicFace,
} from './channels';
export { parseSummary } from './channels';
export {
  reportReasons,
  type ChannelBan,
  type ChatSettings,
  type PlatformTicket,
  type ReportAbout,
  type ReportReason,
} from './chat';
export type { Page } from './fields';
export { parseNotice, type LiveNotice, type NoticePage, type NoticeSettings } from './notices';
export { parsePoll, pollTold, type ChannelPoll, type PollOption } from './polls';
