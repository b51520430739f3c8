/** Polls as the server tells them. */
import { lengthOf, overlayLimits } from './limits';
import type { Poll, PollOption } from './types';

type Fields = Readonly<Record<string, unknown>>;
const limits = overlayLimits.poll;

function time(value: unknown): number {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new TypeError('poll with a bad time');
  return at;
}
const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.floor(value) : null;

function optionOf(value: unknown): PollOption {
  const from = (typeof value === 'object' && value !== null ? value : {}) as Fields;
  const text = from['text'];
  if (typeof text !== 'string' || lengthOf(text) > limits.answers.length)
    throw new TypeError('poll with a bad option');
  return { text, votes: countOf(from['votes']) };
}

const states: Readonly<Record<string, Poll['state']>> = {
  open: 'open',
  result: 'result',
  closed: 'closed',
};

/** A TypeError if it is none. */
export function parsePoll(value: unknown): Poll {
  if (typeof value !== 'object' || value === null) throw new TypeError('not a poll');
  const from = value as Fields;
  const { id, question, options } = from;
  const state = states[String(from['state'])];
  if (typeof id !== 'string' || typeof question !== 'string' || !Array.isArray(options) || !state)
    throw new TypeError('not a poll');
  if (options.length > limits.answers.most) throw new TypeError('poll with too many options');
  const index = (n: unknown): number | null => {
    const at = countOf(n);
    return at !== null && at < options.length ? at : null;
  };
  const shown = options.map(optionOf);
  return {
    id,
    question,
    options: shown,
    total: countOf(from['total']) ?? shown.reduce((sum, o) => sum + (o.votes ?? 0), 0),
    duration: countOf(from['duration']) ?? 0,
    startedAt: time(from['startedAt']),
    closesAt: time(from['closesAt']),
    expiresAt: time(from['expiresAt'] ?? from['closesAt']),
    state,
    results: from['results'] === 'hidden' ? 'hidden' : 'live',
    visitors: from['visitors'] === true,
    winner: index(from['winner']),
    isTie: from['isTie'] === true,
    myChoice: index(from['myChoice']),
  };
}

/** Shares of the options in whole percents, rounded up as streamers' tools do; 0 without votes. */
export const sharesOf = (poll: Poll): number[] =>
  poll.options.map(({ votes }) =>
    poll.total > 0 && votes !== null ? Math.min(100, Math.ceil((votes * 100) / poll.total)) : 0,
  );
