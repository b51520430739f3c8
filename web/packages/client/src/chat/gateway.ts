/** The server's pages API for chat: a place in a channel's room, and what was said there before. */
import { ApiError } from '../api';
import { parsePastPage, type PastSource } from './past';
import { roleOf } from './frames';
import { ChatRefusal, type ChatEndReason, type ChatRole, type ChatTicket } from './types';

export interface JoinRequest {
  readonly displayName?: string;
  /** What an earlier answer gave: the person stays the same. */
  readonly visitor?: string;
  readonly invite?: string;
}

export interface JoinAnswer extends ChatTicket {
  readonly userId: string;
  readonly displayName: string;
  readonly visitor: string;
  readonly role: ChatRole;
  readonly capabilities: readonly string[];
  readonly roomArn: string;
  /** Whether visitors may write once they have a name. */
  readonly guestsMaySend: boolean;
}

const answerWithinMs = 8000;

const refusals: Readonly<Record<string, ChatEndReason>> = {
  banned: 'banned',
  chat_off: 'chat_off',
  invite_expired: 'invite_expired',
};

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
function timeOf(value: unknown): number | null {
  const at = Date.parse(textOf(value));
  return Number.isNaN(at) ? null : at;
}

function parseJoin(value: unknown): JoinAnswer {
  const from = fieldsOf(value);
  const url = textOf(from['url']);
  const token = textOf(from['token']);
  const userId = textOf(from['userId']);
  if (!/^wss?:\/\//.test(url) || token === '' || userId === '') {
    throw new TypeError('not a chat ticket');
  }
  const length = from['maximumMessageLength'];
  const can = from['capabilities'];
  return {
    url,
    token,
    userId,
    displayName: textOf(from['displayName']) || userId,
    visitor: textOf(from['visitor']),
    role: roleOf(from['role']),
    capabilities: Array.isArray(can) ? can.filter((c): c is string => typeof c === 'string') : [],
    tokenExpirationTime: timeOf(from['tokenExpirationTime']),
    sessionExpirationTime: timeOf(from['sessionExpirationTime']),
    roomArn: textOf(from['roomArn']),
    guestsMaySend: from['guestsMaySend'] !== false,
    ...(typeof length === 'number' && length > 0 ? { maximumMessageLength: length } : {}),
  };
}

function refusalOf(status: number, body: unknown): ChatRefusal | null {
  const from = fieldsOf(body);
  const words = textOf(from['message']);
  const until = timeOf(from['until']);
  if (status === 404 || status === 410) return new ChatRefusal('no_channel', words);
  if (status === 400) return new ChatRefusal('bad_name', words);
  const reason = refusals[textOf(from['error'])];
  return status === 403 ? new ChatRefusal(reason ?? 'chat_off', words, until) : null;
}

/** A ChatRefusal if asking again would not help, an ApiError otherwise. */
export async function joinChat(
  channel: string,
  request: JoinRequest,
  {
    base = '',
    fetcher = (...args) => fetch(...args),
  }: { base?: string; fetcher?: typeof fetch } = {},
): Promise<JoinAnswer> {
  let response: Response;
  try {
    response = await fetcher(
      `${base}/api/rostrum/v1/channels/${encodeURIComponent(channel)}/chat`,
      {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(request),
        signal: AbortSignal.timeout(answerWithinMs),
      },
    );
  } catch {
    throw new ApiError('The server did not answer.', 0);
  }
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw (
      refusalOf(response.status, body) ??
      new ApiError(`The server answered ${response.status}.`, response.status)
    );
  }
  try {
    return parseJoin(body);
  } catch {
    throw new ApiError('The server sent an answer that could not be read.', response.status);
  }
}

interface Where {
  readonly base?: string;
  readonly fetcher?: typeof fetch;
}

function pastAt(
  path: string,
  { base = '', fetcher = (...args) => fetch(...args) }: Where,
): PastSource {
  return async (from, to, after, signal) => {
    const query = new URLSearchParams({
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      limit: '200',
    });
    if (after !== null) query.set('after', after);
    const limit = AbortSignal.timeout(answerWithinMs);
    const response = await fetcher(`${base}${path}?${query}`, {
      headers: { accept: 'application/json' },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    if (!response.ok) {
      throw new ApiError(`The server answered ${response.status}.`, response.status);
    }
    return parsePastPage(await response.json());
  };
}

/** What was said in a channel's room, for everybody who may enter it from a page. */
export const pastOf = (channel: string, where: Where = {}): PastSource =>
  pastAt(`/api/rostrum/v1/channels/${encodeURIComponent(channel)}/chat/messages`, where);

/** What was said in the chat of a person's channel, for whoever may read it. */
export const pastOfPerson = (name: string, where: Where = {}): PastSource =>
  pastAt(`/api/platform/v1/channels/${encodeURIComponent(name)}/chat/messages`, where);
