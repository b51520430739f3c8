/**
 * Polls are timed by the server's clock, shown by this computer's. Nobody knows the difference exactly, but it
 * can be told from what cannot be: a poll that was just started and began minutes ago, or one that is open for
 * longer than it lasts.
 */
import type { ChannelPoll } from '@rostrum/client/channels';

/** Differences below this are those of the way the news took. */
const negligibleMs = 1500;
/** An open poll of which this computer thinks it is over stays so long; the server says when it is. */
const graceMs = 3000;

/** How far this computer's clock is ahead of the server's. `isNew`: the server told it as it began. */
export function clockAhead(poll: ChannelPoll, now: number, isNew: boolean, known: number): number {
  if (poll.state !== 'open') return known;
  if (isNew) {
    const ahead = now - poll.startedAt;
    return Math.abs(ahead) < negligibleMs ? 0 : ahead;
  }
  const left = poll.closesAt + known - now;
  if (left > poll.duration * 1000) return now - poll.startedAt;
  if (left <= 0) return now + graceMs - poll.closesAt;
  return known;
}

export const byOwnClock = (poll: ChannelPoll, ahead: number): ChannelPoll =>
  ahead === 0
    ? poll
    : {
        ...poll,
        startedAt: poll.startedAt + ahead,
        closesAt: poll.closesAt + ahead,
        expiresAt: poll.expiresAt + ahead,
      };
