import { act } from 'react';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLanguage } from '@rostrum/ui';
import { account, details } from '../channel/fake-platform';
import { at, begin, dialog, finish, iso, prepare, sent, write } from './fake-manager';

vi.mock('@rostrum/media', () => ({
  definePlayer: () => undefined,
  preloadEngine: () => undefined,
}));
vi.mock('@rostrum/ui/charts', () => ({ TimeChart: () => null }));

vi.setConfig({ testTimeout: 30_000 });

const room = `/channels/${account.name}`;
const report = (id: string, more: Record<string, unknown> = {}) => ({
  id,
  channel: account.name,
  person: 'troll',
  reason: 'hate',
  details: 'Third time today',
  text: '<b>bad</b>',
  messageId: `m-${id}`,
  at: iso(-9000),
  state: 'open',
  ...more,
});
/** What the server holds; settling changes it. */
let held: ReturnType<typeof report>[] = [];
const holds = (...reports: ReturnType<typeof report>[]) => {
  held = reports;
  at.answers[`GET ${room}/reports`] = ({ query }) => {
    const wanted = new URLSearchParams(query).get('state');
    return [200, { reports: held.filter(({ state }) => state === wanted) }];
  };
  for (const { id } of reports)
    at.answers[`PATCH ${room}/reports/${id}`] = ({ body }) => {
      held = held.map((one) => (one.id === id ? { ...one, ...body } : one));
      return [200, held.find((one) => one.id === id)];
    };
};
const rows = () => at.all('.report-list > li');
const said = () => document.querySelector('.report-said')?.textContent ?? '';

beforeAll(() => Promise.all([prepare(), import('./ChannelReports')]), 60_000);
beforeEach(begin);
afterEach(async () => {
  await finish();
  setLanguage('en');
});

describe('the reports of a channel', () => {
  it('open by their address, and say who is reported for which message', async () => {
    holds(report('1'), report('2', { person: undefined, text: '', messageId: '', details: '' }));
    await at.open('/manager?chat=reports');
    expect(at.asked.find(({ path }) => path.endsWith('/reports'))?.query).toBe('state=open');
    expect(rows()).toHaveLength(2);
    expect(rows()[0]?.textContent).toMatch(/About troll.*Hate.*<b>bad<\/b>.*Third time today/);
    expect(document.querySelector('[role=dialog] b')).toBeNull();
    expect(rows()[1]?.textContent).toContain('About the channel');
    await at.click('Close');
    expect(dialog()).toBe('');
    expect(location.search).toBe('');
    await at.click('Reports');
    expect(location.search).toBe('?chat=reports');
    expect(rows()).toHaveLength(2);
  });

  it('are led to by the notice of them', async () => {
    holds(report('1'));
    const face = { name: account.name, avatar: 'bear', color: 'blue', watchUrl: '/bob.b' };
    const notice = { id: 'n1', kind: 'report', at: iso(0), seen: false, channel: face };
    await at.open('/manager');
    await at.tell('notice', { notice: { ...notice, count: 1, url: '/manager' } });
    const link = document.querySelector<HTMLAnchorElement>('.toasts a');
    expect(link?.getAttribute('href')).toBe('/manager?chat=reports');
    await act(async () => link?.click());
    await at.settle();
    expect(rows()).toHaveLength(1);
    // Another one, while one looks.
    holds(report('2', { person: 'imp' }), report('1'));
    await at.tell('notice', { notice: { ...notice, at: iso(1000), count: 2, url: '/manager' } });
    expect(rows().map((row) => row.querySelector('strong')?.textContent)).toEqual([
      'About imp',
      'About troll',
    ]);
  });

  it('are settled, which can be taken back; focus goes on to the next', async () => {
    holds(report('1'), report('2', { person: 'imp' }));
    await at.open('/manager?chat=reports');
    await at.click('Resolve: About troll');
    expect(sent(`${room}/reports/1`)).toEqual({ state: 'resolved' });
    expect(rows()).toHaveLength(1);
    expect(document.activeElement).toBe(rows()[0]);
    expect(said()).toContain('The report is resolved.');
    await at.click('Undo');
    expect(sent(`${room}/reports/1`)).toEqual({ state: 'open' });
    expect(rows()).toHaveLength(2);
    await at.click('Dismiss: About troll');
    await at.click('Dismiss: About imp');
    expect(dialog()).toContain('No reports');
    expect(document.activeElement?.className).toBe('report-said');
    await at.click('Dismissed');
    expect(rows()).toHaveLength(2);
    await at.click('Open again: About imp');
    expect(held.map(({ state }) => state)).toEqual(['dismissed', 'open']);
    expect(rows()).toHaveLength(1);
  });

  it('let one delete the message and ban its author, after asking for a reason', async () => {
    holds(report('1'));
    await at.open('/manager?chat=reports');
    await at.click('Delete message: About troll');
    expect(sent(`${room}/chat/delete`)).toEqual({ messageId: 'm-1' });
    expect(said()).toContain('The message was deleted.');
    expect(at.button(/^Delete message/)).toBeUndefined();
    at.button('Ban troll…')?.focus();
    await at.click('Ban troll…');
    await at.click('Cancel');
    await act(async () => new Promise((resolve) => setTimeout(resolve, 10)));
    expect(document.activeElement).toBe(at.button('Ban troll…'));
    await at.click('Ban troll…');
    expect(at.acts).not.toContain(`PUT ${room}/bans/troll`);
    await write('Reason, which they see (optional)', ' Hate ');
    await at.click('Ban troll');
    expect(sent(`${room}/bans/troll`)).toEqual({ reason: 'Hate' });
    expect(said()).toContain('troll was banned.');
    expect(at.button('Ban troll…')).toBeUndefined();
    await at.click('Undo');
    expect(at.acts.at(-1)).toBe(`DELETE ${room}/bans/troll`);
    expect(at.button('Ban troll…')).toBeDefined();
    expect(rows()).toHaveLength(1);
  });

  it('about the owner, the channel or oneself are for the platform’s moderators', async () => {
    holds(report('1', { person: undefined }), report('2', { person: account.name.toUpperCase() }));
    await at.open('/manager?chat=reports');
    expect(dialog().match(/left to the platform’s moderators/g)).toHaveLength(2);
    expect(at.button(/^(Resolve:|Dismiss:|Ban )/)).toBeUndefined();
  });

  it('say when there are none, and when they could not be had', async () => {
    holds();
    await at.open('/manager?chat=reports');
    expect(dialog()).toContain('When a viewer reports somebody');
    at.answers[`GET ${room}/reports`] = [503, { type: 'Unavailable', message: 'x' }];
    await at.click('Resolved');
    expect(dialog()).toContain('The server does not answer.');
    holds(report('1', { state: 'resolved' }));
    await at.click(
      at.all('.tab-reports button').find(({ textContent }) => textContent === 'Try again'),
    );
    expect(rows()).toHaveLength(1);
  });

  it('stay where they are when the server refuses, with its reason in the language of the page', async () => {
    holds(report('1'));
    at.answers[`PATCH ${room}/reports/1`] = [404, { type: 'NotFound', message: 'x' }];
    setLanguage('de');
    await at.open('/manager?chat=reports');
    await at.click('Erledigen: Über troll');
    expect(said()).toBe('Das gibt es nicht mehr.');
    expect(rows()).toHaveLength(1);
  });

  it('come a page at a time', async () => {
    at.answers[`GET ${room}/reports`] = ({ query }) =>
      query.includes('after=5')
        ? [200, { reports: [report('4', { person: 'imp' })] }]
        : [200, { reports: [report('5')], next: '5' }];
    at.answers[`PATCH ${room}/reports/5`] = [200, report('5', { state: 'resolved' })];
    await at.open('/manager?chat=reports');
    // The last of a page is settled: what follows comes by itself.
    await at.click('Resolve: About troll');
    expect(rows().map((row) => row.querySelector('strong')?.textContent)).toEqual(['About imp']);
    expect(at.button('Show more')).toBeUndefined();
  });

  it('are where the notice of them leads those who moderate a channel', async () => {
    at.channel = details({ name: 'anna', role: 'MODERATOR' });
    at.answers['GET /channels/anna/reports'] = [200, { reports: [report('1')] }];
    await at.open('/anna?reports=open');
    expect(dialog()).toContain('Reports on anna');
    await at.click('Close');
    expect(dialog()).toBe('');
    expect(location.search).toBe('');
    // Others who follow such a link see the channel.
    at.channel = details({ name: 'anna', role: 'NONE' });
    await at.open('/');
    await at.open('/anna?reports=open');
    expect(at.button('More about anna')).toBeDefined();
    expect(dialog()).toBe('');
  });

  it('are on the page of a channel for those who moderate it, and only for them', async () => {
    at.channel = details({ name: 'anna', role: 'NONE' });
    await at.open('/anna');
    await at.click('More about anna');
    expect(at.button('Reports')).toBeUndefined();
    await at.click('More about anna');
    at.channel = details({ name: 'anna', role: 'MODERATOR' });
    at.answers['GET /channels/anna/reports'] = [200, { reports: [report('1')] }];
    await at.open('/');
    await at.open('/anna');
    await at.click('More about anna');
    await at.click('Reports');
    expect(dialog()).toContain('Reports on anna');
    expect(rows()).toHaveLength(1);
    await at.click('Dismiss: About troll');
    expect(sent('/channels/anna/reports/1')).toEqual({ state: 'dismissed' });
  });
});
