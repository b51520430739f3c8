/** Polls, as the server counts them, and the right to vote in them. */
import { countOf, fieldsOf, listOf, textOf, timeOf } from './fields';
import type { PlatformApi } from './http';

export interface PollOption {
  readonly text: string;
  /** null while the results are hidden. */
  readonly votes: number | null;
}

export interface ChannelPoll {
  readonly id: string;
  readonly question: string;
  readonly options: readonly PollOption[];
  readonly total: number;
  /** Seconds. */
  readonly duration: number;
  readonly startedAt: number;
  /** From here on nobody may vote. */
  readonly closesAt: number;
  /** From here on it is gone. */
  readonly expiresAt: number;
  readonly state: 'open' | 'result' | 'closed';
  readonly results: 'live' | 'hidden';
  /** Who is not signed in may vote, too. */
  readonly visitors: boolean;
  readonly winner: number | null;
  readonly isTie: boolean;
  /** What this person voted for, as far as is known. */
  readonly myChoice: number | null;
}

const states = ['open', 'result', 'closed'] as const;

const indexOf = (value: unknown, most: number): number | null =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < most ? value : null;

/** null where there is no poll. */
export function parsePoll(value: unknown): ChannelPoll | null {
  if (value === null || value === undefined) return null;
  const from = fieldsOf(value, 'poll');
  const id = textOf(from['id']) || (typeof from['id'] === 'number' ? String(from['id']) : '');
  if (id === '') return null;
  const options = listOf(from['options'], (option): PollOption => {
    const { text, votes } = fieldsOf(option, 'option');
    return { text: textOf(text), votes: typeof votes === 'number' ? countOf(votes) : null };
  });
  const startedAt = timeOf(from['startedAt']) ?? 0;
  const closesAt = timeOf(from['closesAt']) ?? startedAt;
  return {
    id,
    question: textOf(from['question']),
    options,
    total: countOf(from['total']),
    duration: countOf(from['duration']),
    startedAt,
    closesAt,
    expiresAt: timeOf(from['expiresAt']) ?? closesAt,
    state: states.find((state) => state === from['state']) ?? 'closed',
    results: from['results'] === 'hidden' ? 'hidden' : 'live',
    visitors: from['visitors'] === true,
    winner: indexOf(from['winner'], options.length),
    isTie: from['isTie'] === true,
    myChoice: indexOf(from['myChoice'], options.length),
  };
}

/** What the feed says: the poll itself, or that there is none. */
export function pollTold(value: unknown): ChannelPoll | null {
  const from = fieldsOf(value, 'poll');
  return parsePoll('poll' in from ? from['poll'] : from);
}

const pollIn = (answer: unknown): ChannelPoll | null =>
  parsePoll(fieldsOf(answer, 'answer')['poll']);

export const pollCalls = (api: PlatformApi) => ({
  poll: async (name: string, signal?: AbortSignal): Promise<ChannelPoll | null> =>
    pollIn(await api.get(`/channels/${encodeURIComponent(name)}/poll`, { signal })),

  vote: async (name: string, poll: string, option: number, visitor: string) =>
    pollIn(
      await api.post(`/channels/${encodeURIComponent(name)}/poll/votes`, {
        poll,
        option,
        ...(visitor ? { visitor } : {}),
      }),
    ),

  /** A token by which somebody who is not signed in votes once. */
  pollVisitor: async (name: string): Promise<string> =>
    textOf(
      fieldsOf(await api.post(`/channels/${encodeURIComponent(name)}/poll/visitor`), 'answer')[
        'visitor'
      ],
    ),
});

export type PollCalls = ReturnType<typeof pollCalls>;
