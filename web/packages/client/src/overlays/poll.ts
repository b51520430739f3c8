/** What bars of a poll show. */
import type { ChannelPoll } from '../platform/polls';

/** Shares of the options in whole percents, rounded up as viewers of the UGC demo know it; 0 without votes. */
export const sharesOf = (poll: Pick<ChannelPoll, 'total' | 'options'>): number[] =>
  poll.options.map(({ votes }) =>
    poll.total > 0 && votes !== null ? Math.min(100, Math.ceil((votes * 100) / poll.total)) : 0,
  );
