/** The platform's API as tests of pages want it: answers by "METHOD /path", and what was asked. */
import type { Me } from '@rostrum/client/platform';

export const person: Me = {
  id: 'a1',
  name: 'mara.lind',
  email: 'mara@example.org',
  role: 'streamer',
  state: 'active',
  avatar: 'tiger',
  color: 'turquoise',
  language: '',
  hasPassword: true,
  createdAt: '2026-03-01T10:00:00Z',
};

interface Asked {
  readonly key: string;
  readonly body: unknown;
  readonly token: string | undefined;
  readonly type: string | undefined;
}
export interface FakeServer {
  readonly fetch: typeof fetch;
  answer(key: string, status: number, body?: unknown): void;
  /** What is answered to it now. */
  answerOf(key: string): unknown;
  later(key: string, answer: Promise<Response>): void;
  signIn(more?: Partial<Me>): void;
  signOut(): void;
  /** Nothing but the session and the platform's name is answered any more. */
  breakDown(): void;
  count(key: string): number;
  last(key: string): Asked | undefined;
}

const face = (name: string) => ({ name, avatar: 'bear', color: 'blue' });
const card = (name: string, live: boolean) => ({
  ...face(name),
  title: 'A title',
  category: 'Music',
  live,
  viewers: 3,
  watchUrl: `/${name}`,
});
const at = '2026-11-20T10:00:00Z';

const usual = (): Record<string, readonly [number, unknown]> => ({
  'GET /session': [200, { signedIn: false, csrfToken: 'anonymous' }],
  'GET /about': [200, { name: 'Rostrum', registration: true, hasTerms: true, webPush: true }],
  'GET /notices': [
    200,
    {
      notices: [{ id: 'n1', kind: 'live', channel: card('nova.kite', true), at, seen: false }],
      unseen: 1,
    },
  ],
  'POST /notices/seen': [204, undefined],
  'GET /directory': [200, { live: [], following: [], recent: [], total: 0 }],
  'GET /categories': [200, { categories: [{ name: 'Music', live: 1 }] }],
  'GET /sessions': [
    200,
    {
      sessions: [
        { id: 's1', current: true, createdAt: at, seenAt: at, device: 'Firefox', address: '::1' },
        { id: 's2', current: false, createdAt: at, seenAt: at, device: '', address: '::2' },
      ],
    },
  ],
  'GET /me/channel': [
    200,
    {
      name: 'mara.lind',
      channelArn: 'arn',
      channelId: 'c',
      playbackUrl: '/c.m3u8',
      title: 'Boats',
      category: 'Art',
      about: '',
      membersOnly: false,
      ingest: { server: 'rtmps://h:443/app/', srt: 'srt://h:9000' },
      live: false,
      canStream: true,
    },
  ],
  'GET /me/channel/key': [200, { streamKey: 'sk_old' }],
  'GET /me/notifications': [200, { page: true, push: false, digest: 'off' }],
  'GET /terms': [200, '# Terms\n\nBe kind.'],
  'GET /mailbox': [
    200,
    { letters: [{ id: 1, to: 'm@x.org', subject: 'Hi', kind: 'verify', sentAt: at }] },
  ],
  'GET /mailbox/1': [
    200,
    {
      id: 1,
      to: 'm@x.org',
      subject: 'Hi',
      kind: 'verify',
      sentAt: at,
      text: 'See https://x.org/verify?code=1.',
    },
  ],
  'GET /admin/summary': [200, { accounts: 3, live: 1, viewers: 9, openReports: 1, suspended: 0 }],
  'GET /admin/accounts': [200, { accounts: [{ ...person, id: 'p2', name: 'rolf99' }] }],
  'GET /admin/channels': [200, { channels: [{ ...card('nova.kite', true), channelArn: 'arn1' }] }],
  'GET /admin/reports': [
    200,
    {
      reports: [
        {
          id: 'r1',
          channel: 'nova.kite',
          person: 'rolf99',
          reason: 'spam',
          details: '',
          text: 'x',
          at,
          state: 'open',
        },
      ],
    },
  ],
  'GET /admin/bans': [
    200,
    { bans: [{ ...face('rolf99'), channel: 'nova.kite', at, reason: '', by: 'nova.kite' }] },
  ],
  'GET /admin/limits': [
    200,
    { registration: true, everyoneStreams: true, maxLive: 0 },
  ],
});

export function serve(): FakeServer {
  let answers = usual();
  let missing = 404;
  const waiting = new Map<string, Promise<Response>>();
  const asked: Asked[] = [];
  return {
    fetch: async (input, init) => {
      const url = new URL(String(input), 'http://x.example');
      const key = `${init?.method ?? 'GET'} ${url.pathname.replace('/api/platform/v1', '')}`;
      const headers = new Headers(init?.headers);
      asked.push({
        key,
        body: typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : init?.body,
        token: headers.get('x-csrf-token') ?? undefined,
        type: headers.get('content-type') ?? undefined,
      });
      const later = waiting.get(key);
      if (later) return later;
      const [status, body] = answers[key] ?? [missing, { message: 'nothing' }];
      const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
      return new Response(status === 204 ? null : text, { status });
    },
    answer: (key, status, body) => {
      answers[key] = [status, body];
    },
    answerOf: (key) => answers[key]?.[1],
    later: (key, answer) => void waiting.set(key, answer),
    signIn: (more = {}) => {
      answers['GET /session'] = [
        200,
        { signedIn: true, csrfToken: 'mine', account: { ...person, ...more } },
      ];
    },
    signOut: () => {
      answers['GET /session'] = [200, { signedIn: false, csrfToken: 'anonymous' }];
    },
    breakDown: () => {
      const { 'GET /session': session, 'GET /about': about } = answers;
      answers = {};
      missing = 500;
      if (session) answers['GET /session'] = session;
      if (about) answers['GET /about'] = about;
    },
    count: (key) => asked.filter((one) => one.key === key).length,
    last: (key) => asked.findLast((one) => one.key === key),
  };
}
