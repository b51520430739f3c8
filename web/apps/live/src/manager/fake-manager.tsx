/** The manager's pages on a platform that answers what a test wrote; for its tests alone. */
import { act } from 'react';
import { account, details, FakePlatform, loaded } from '../channel/fake-platform';

export const arn = 'arn:aws:ivs:local:0:channel/abc';
export const own = (more: Record<string, unknown> = {}) => ({
  name: account.name,
  channelArn: arn,
  channelId: 'abc',
  playbackUrl: '/api/video/v1/abc/master.m3u8',
  title: 'Bread',
  category: 'Food',
  about: '',
  membersOnly: false,
  ingest: {
    server: 'rtmps://live.example/app',
    rtmps: 'rtmps://live.example/app',
    srt: 'srt://live.example:9000',
  },
  live: true,
  canStream: true,
  ...more,
});
export const quiz = {
  question: 'Largest?',
  answers: ['Mars', 'Jupiter', 'Venus'],
  correctAnswerIndex: 1,
  duration: 20,
};
export const iso = (ms: number) => new Date(Date.now() + ms).toISOString();
export const poll = (more: Record<string, unknown> = {}) => ({
  id: 'p1',
  question: 'Tea or coffee?',
  options: [
    { text: 'Tea', votes: 2 },
    { text: 'Coffee', votes: 1 },
  ],
  total: 3,
  duration: 60,
  startedAt: iso(-1000),
  closesAt: iso(59_000),
  expiresAt: iso(69_000),
  state: 'open',
  results: 'live',
  visitors: false,
  isTie: false,
  ...more,
});

export let at: FakePlatform;
export const prepare = () =>
  Promise.all([
    loaded(),
    import('./Manager'),
    import('./Health'),
    import('./ChatSettings'),
    import('@rostrum/ui/health'),
  ]);
export function begin(): void {
  at = new FakePlatform();
  goes(true);
  at.answers['GET /me/overlays'] = [200, { drafts: { quiz }, active: null, poll: null }];
  for (const kind of ['quiz', 'poll', 'product'])
    at.answers[`PUT /me/overlays/${kind}/draft`] = [
      200,
      { savedAt: iso(0), octets: 100, maxOctets: 1024, problems: [] },
    ];
  at.answers['GET /me/channel/key'] = [200, { streamKey: 'sk_local_secret' }];
  at.answers['POST /me/channel/operations/GetStreamHealth'] = [
    200,
    {
      health: {
        channelArn: arn,
        state: 'LIVE',
        health: 'HEALTHY',
        videoBitrate: 2_512_000,
        frameRate: 30,
      },
    },
  ];
}
export const finish = () => at.end();

export function goes(live: boolean): void {
  at.channel = details({ name: account.name, isOwner: true, role: 'OWNER', live, viewers: 12 });
  at.answers['GET /me/channel'] = [200, own({ live })];
}
export const write = (label: string, value: string) =>
  act(async () => {
    const field = [
      ...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea'),
    ].find(
      (one) =>
        one.getAttribute('aria-label') === label ||
        document.querySelector(`label[for="${one.id}"]`)?.textContent === label,
    );
    if (!field) throw new Error(`there is no field ${label}`);
    const proto = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(proto.prototype, 'value')?.set?.call(field, value);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
export const dialog = () => document.querySelector('[role=dialog]')?.textContent ?? '';
export const sent = (path: string) => at.asked.filter((one) => one.path === path).at(-1)?.body;
export const chooseFile = async (input: HTMLInputElement, file: File) => {
  Object.defineProperty(input, 'files', { value: [file], configurable: true });
  await act(async () => void input.dispatchEvent(new Event('change', { bubbles: true })));
  await at.settle();
};
