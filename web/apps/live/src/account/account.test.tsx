import axe from 'axe-core';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setLanguage } from '@rostrum/ui';
import { App } from '../App';
import { person, serve, type FakeServer } from '../shell/fake-server';

vi.mock('@rostrum/media', () => ({
  definePlayer: () => undefined,
  preloadEngine: () => undefined,
}));

let root: Root;
let place: HTMLElement;
let server: FakeServer;

async function settled(): Promise<void> {
  for (let i = 0; i < 12; ++i) await new Promise((resolve) => setImmediate(resolve));
}
async function open(path: string): Promise<HTMLElement> {
  await Promise.all([
    import('./SignIn'),
    import('./Register'),
    import('./Reset'),
    import('./Verify'),
    import('./Notices'),
    import('./Mailbox'),
    import('./Document'),
    import('./Unsubscribe'),
    import('./settings/Settings'),
    import('../admin/Admin'),
    import('../channel/Directory'),
  ]);
  history.replaceState(null, '', path);
  await act(async () => {
    root.render(<App />);
    await settled();
  });
  return place;
}
const field = (label: string): HTMLInputElement => {
  const found = [...document.querySelectorAll('label')].find((one) => one.textContent === label);
  return document.getElementById(found?.htmlFor ?? '') as HTMLInputElement;
};
const button = (text: string): HTMLElement => {
  const found = [...document.querySelectorAll<HTMLElement>('button')].find(
    (one) => one.textContent?.trim() === text || one.getAttribute('aria-label') === text,
  );
  if (!found) throw new Error(`no button ${text}`);
  return found;
};
async function type(label: string, value: string): Promise<void> {
  const input = field(label);
  await act(async () => {
    const prototype = Object.getPrototypeOf(input) as object;
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(input, value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
async function press(text: string): Promise<void> {
  await act(async () => {
    button(text).click();
    await settled();
  });
}
async function send(): Promise<void> {
  await act(async () => {
    document
      .querySelector('main form')
      ?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
    await settled();
  });
}
async function faults(): Promise<string[]> {
  const { violations } = await axe.run(place, {
    // What only a drawn page can tell is looked at in a browser.
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  return violations.map((one) => `${one.id}: ${one.nodes.map((n) => n.target).join(', ')}`);
}

beforeEach(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  localStorage.clear();
  setLanguage('en');
  server = serve();
  vi.stubGlobal('fetch', server.fetch);
  place = document.createElement('div');
  document.body.append(place);
  root = createRoot(place);
});
afterEach(async () => {
  await act(async () => root.unmount());
  place.remove();
  vi.unstubAllGlobals();
});

describe('signing in', () => {
  it('says what is missing at its field and goes there', async () => {
    await open('/login');
    await send();
    expect(field('Name or e-mail address').getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(field('Name or e-mail address'));
    expect(server.count('POST /session')).toBe(0);
  });

  it('gives one answer for a wrong name and a wrong password', async () => {
    server.answer('POST /session', 401, { type: 'WrongCredentials', message: 'no' });
    const page = await open('/login');
    await type('Name or e-mail address', 'mara');
    await type('Password', 'wrong');
    await send();
    expect(page.querySelector('[role=alert]')?.textContent).toContain(
      'Incorrect username or password',
    );
  });

  it('tries once more by itself where too many come at once, and says so', async () => {
    const crowded = (seconds: string) =>
      Promise.resolve(
        new Response(JSON.stringify({ type: 'Busy', message: 'x' }), {
          status: 503,
          headers: { 'Retry-After': seconds },
        }),
      );
    server.later('POST /session', crowded('1'));
    const page = await open('/login');
    await type('Name or e-mail address', 'mara');
    await type('Password', 'right');
    await send();
    expect(page.querySelector('.form-waits')?.textContent).toContain('We try again for you');
    expect(server.count('POST /session')).toBe(1);
    server.later('POST /session', crowded('1'));
    await act(() => vi.waitFor(() => expect(server.count('POST /session')).toBe(2), 20_000));
    await act(settled);
    // The second time the person is told.
    expect(page.querySelector('.form-waits')?.textContent).toBe('');
    expect(page.querySelector('[role=alert]')?.textContent).not.toBe('');
    server.later('POST /session', crowded('1'));
    await send();
    const welcome = JSON.stringify({ csrfToken: 'fresh', account: person });
    server.later('POST /session', Promise.resolve(new Response(welcome)));
    await act(() => vi.waitFor(() => expect(server.count('POST /session')).toBe(4), 20_000));
    await act(settled);
    expect(location.pathname).toBe('/');
  }, 60_000);

  it('leads back to where the person wanted to be, with a token for what follows', async () => {
    server.answer('POST /session', 200, { csrfToken: 'fresh', account: person });
    server.answer('GET /notices', 200, { notices: [], unseen: 0 });
    await open('/login?next=%2Fnotices');
    await type('Name or e-mail address', 'mara');
    await type('Password', 'right');
    await send();
    expect(location.pathname).toBe('/notices');
    server.answer('DELETE /session', 204);
    await act(async () => document.querySelector<HTMLElement>('.bar-face')?.click());
    await press('Sign out');
    expect(server.last('DELETE /session')?.token).toBe('fresh');
    expect(location.pathname).toBe('/');
  });

  it('never leads to another site', async () => {
    server.signIn();
    for (const bad of [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:x',
    ]) {
      await open(`/login?next=${encodeURIComponent(bad)}`);
      expect(location.href).toBe(`${location.origin}/`);
    }
  });

  it('sends the form once, however often it is sent', async () => {
    let answer = (_: Response): void => undefined;
    server.later('POST /session', new Promise<Response>((resolve) => (answer = resolve)));
    await open('/login');
    await type('Name or e-mail address', 'mara');
    await type('Password', 'x');
    await send();
    await send();
    expect(server.count('POST /session')).toBe(1);
    await act(async () => {
      answer(
        new Response(JSON.stringify({ type: 'Suspended', message: 'no: Spam' }), { status: 403 }),
      );
      await settled();
    });
    expect(place.textContent).toContain('This account is suspended: Spam');
  });

  it('keeps strangers out of private pages', async () => {
    await open('/settings/stream');
    expect(location.pathname + location.search).toBe('/login?next=%2Fsettings%2Fstream');
  });
});

describe('joining', () => {
  const fill = async (name: string, email: string, password: string) => {
    await type('Name', name);
    await type('E-mail address', email);
    await type('Password', password);
  };

  it('tells what the password lacks before anything is sent', async () => {
    await open('/register');
    await fill('mara', 'mara@example.org', 'abcdefgh');
    expect(place.textContent).toContain('Still missing: a capital letter, a digit, and a symbol.');
    await send();
    expect(document.activeElement).toBe(field('Password'));
    expect(server.count('POST /accounts')).toBe(0);
  });

  it.each([
    ['NameTaken', 'Name', 'This username has been taken.'],
    ['NameReserved', 'Name', 'This username is unavailable.'],
    ['EmailTaken', 'E-mail address', 'This email has already been used.'],
    ['DomainNotAllowed', 'E-mail address', 'Addresses of this domain cannot be used here.'],
  ])('shows %s at %s', async (kind, label, words) => {
    server.answer('POST /accounts', 409, { type: kind, message: 'x', field: 'x' });
    await open('/register');
    await fill('mara', 'mara@example.org', 'Abcdefg1!');
    await send();
    const input = field(label);
    expect(input.getAttribute('aria-invalid')).toBe('true');
    expect(
      document.getElementById(input.getAttribute('aria-describedby') ?? '')?.textContent,
    ).toContain(words);
  });

  it('sends face and language, and then says to look into the mail', async () => {
    server.answer('POST /accounts', 201, { confirmed: false });
    await open('/register');
    await fill(' mara ', 'mara@example.org', 'Abcdefg1!');
    await act(async () =>
      document.querySelector<HTMLElement>('input[type=radio][value=tiger]')?.click(),
    );
    await act(async () =>
      document.querySelector<HTMLElement>('input[type=radio][value=salmon]')?.click(),
    );
    await send();
    expect(server.last('POST /accounts')?.body).toEqual({
      name: 'mara',
      email: 'mara@example.org',
      password: 'Abcdefg1!',
      avatar: 'tiger',
      color: 'salmon',
      language: 'en',
    });
    expect(place.textContent).toContain('We sent a letter to mara@example.org');
  });

  it('knows the allowed domains', async () => {
    server.answer('GET /about', 200, { allowedDomains: ['town.example'], registration: true });
    await open('/register');
    expect(place.textContent).toContain('Only addresses of @town.example.');
    await fill('mara', 'mara@example.org', 'Abcdefg1!');
    await send();
    expect(server.count('POST /accounts')).toBe(0);
  });

  it('takes a name from who came by another service', async () => {
    server.answer('GET /oidc/pending', 200, {
      provider: 'Town ID',
      suggestedName: 'mara_l',
      email: '',
    });
    server.answer('POST /oidc/finish', 200, { csrfToken: 't2', account: person });
    await open('/register?finish=1');
    expect(field('Name').value).toBe('mara_l');
    await send();
    expect(server.last('POST /oidc/finish')?.body).toEqual({ name: 'mara_l' });
    expect(location.pathname).toBe('/');
  });
});

describe('letters', () => {
  it('confirms once and signs in', async () => {
    server.answer('POST /accounts/verify', 200, { csrfToken: 't', account: person });
    await open('/verify?code=abc');
    expect(server.count('POST /accounts/verify')).toBe(1);
    expect(location.pathname).toBe('/');
    expect(document.querySelector('.bar-face')).not.toBeNull();
  });

  it('takes the form of the demo’s links', async () => {
    server.answer('POST /accounts/verify', 400, { type: 'CodeExpired', message: 'x' });
    await open('/login?code=abc&username=mara');
    expect(location.pathname).toBe('/verify');
    expect(place.textContent).toContain('This link does not work any more');
  });

  it('answers the same whether or not there is such an account', async () => {
    server.answer('POST /password/forgot', 202);
    await open('/reset');
    await type('E-mail address', 'who@example.org');
    await send();
    expect(place.textContent).toContain('If an account with who@example.org exists');
  });

  it('sets a new password with the code, and says when that is too old', async () => {
    server.answer('POST /password/reset', 400, { type: 'CodeExpired', message: 'x' });
    await open('/reset?code=abc&username=mara');
    await type('New password', 'Abcdefg1!');
    await send();
    expect(place.textContent).toContain('This link has expired');
    await press('Send a new letter');
    expect(place.textContent).toContain('Reset your password');
  });

  it('unsubscribes only when asked to', async () => {
    server.answer('POST /unsubscribe', 204);
    await open('/unsubscribe?code=abc');
    expect(server.count('POST /unsubscribe')).toBe(0);
    await send();
    expect(server.last('POST /unsubscribe')?.body).toEqual({ code: 'abc' });
    expect(place.textContent).toContain('No more letters about live channels.');
  });
});

describe('settings', () => {
  beforeEach(() => server.signIn());

  it('masks the stream key, and resets it only after asking', async () => {
    server.answer('POST /me/channel/key/reset', 200, { streamKey: 'sk_new' });
    await open('/settings/stream');
    expect(place.textContent).not.toContain('sk_old');
    await press('Show Stream key');
    expect(place.textContent).toContain('sk_old');
    await press('Reset');
    expect(server.count('POST /me/channel/key/reset')).toBe(0);
    await press('Reset stream key');
    expect(place.textContent).toContain('sk_new');
  });

  it('makes the channel of whoever has none yet', async () => {
    const channel = server.answerOf('GET /me/channel');
    server.answer('GET /me/channel', 404, { type: 'NotFound', message: 'x' });
    server.answer('POST /me/channel', 201, channel);
    await open('/settings/channel');
    expect(server.count('POST /me/channel')).toBe(1);
    expect(field('Title of the broadcast').value).toBe('Boats');
  });

  it('says at the old password that it is wrong', async () => {
    server.answer('POST /me/password', 403, {
      type: 'WrongPassword',
      message: 'x',
      field: 'oldPassword',
    });
    await open('/settings/account');
    const section = [...place.querySelectorAll('section')].find(
      (one) => one.querySelector('h2')?.textContent === 'Password',
    );
    await act(async () => section?.querySelector('button')?.click());
    await type('Current password', 'old');
    await type('New password', 'Abcdefg1!');
    await act(async () => {
      section
        ?.querySelector('form')
        ?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
      await settled();
    });
    expect(document.activeElement).toBe(field('Current password'));
    expect(place.textContent).toContain('This is not your password.');
  });

  it('refuses pictures that are too large or none before they travel', async () => {
    await open('/settings');
    const input = place.querySelector<HTMLInputElement>('input[type=file]');
    const choose = async (file: File) => {
      Object.defineProperty(input, 'files', { value: [file], configurable: true });
      await act(async () => {
        input?.dispatchEvent(new Event('change', { bubbles: true }));
        await settled();
      });
    };
    await choose(new File(['<script>'], 'me.jpg', { type: 'text/html' }));
    expect(place.textContent).toContain('Use a JPEG, PNG or WebP picture.');
    await choose(new File([new Uint8Array(1_000_001)], 'me.png', { type: 'image/png' }));
    expect(place.textContent).toContain('The picture is larger than 1.0 MB.');
    const picture = new File([new Uint8Array(10)], 'me.png', { type: 'image/png' });
    vi.stubGlobal('createImageBitmap', () => Promise.reject(new Error('no picture')));
    await choose(picture);
    expect(place.textContent).toContain('This file could not be read as a picture.');
    expect(server.count('PUT /me/avatar')).toBe(0);
    vi.stubGlobal('createImageBitmap', () => Promise.resolve({ close: () => undefined }));
    server.answer('PUT /me/avatar', 200, { url: '/api/platform/v1/assets/1' });
    await choose(picture);
    expect(server.last('PUT /me/avatar')?.type).toBe('image/png');
  });

  it('speaks German at once when that is chosen', async () => {
    server.answer('PATCH /me', 200, { account: { ...person, language: 'de' } });
    await open('/settings/account');
    const select = place.querySelector('select');
    await act(async () => {
      if (select) select.value = 'de';
      select?.dispatchEvent(new Event('change', { bubbles: true }));
      await settled();
    });
    expect(place.querySelector('h1')?.textContent).toBe('Einstellungen');
    expect(document.documentElement.lang).toBe('de');
    expect(server.last('PATCH /me')?.body).toEqual({ language: 'de' });
  });

  it('deletes the account only with its name and password', async () => {
    server.answer('DELETE /me', 204);
    await open('/settings/account');
    await press('Delete my account');
    const sendDialog = () =>
      act(async () => {
        document
          .querySelector('[role=dialog] form')
          ?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
        await settled();
      });
    await type('Your password', 'right');
    await sendDialog();
    expect(server.count('DELETE /me')).toBe(0);
    await type('Enter mara.lind to confirm', 'mara.lind');
    await sendDialog();
    expect(server.last('DELETE /me')?.body).toEqual({ password: 'right' });
    expect(location.pathname).toBe('/');
  });

  it('goes to the sign-in page when the server has ended the session', async () => {
    await open('/settings/account');
    server.signOut();
    server.answer('PUT /me/name', 401, { type: 'SignIn', message: 'x' });
    await type('Name', 'other.name');
    await act(async () => {
      place
        .querySelector('main form')
        ?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
      await settled();
    });
    expect(location.pathname).toBe('/login');
  });
});

describe('administration', () => {
  it('is not there for others', async () => {
    server.signIn({ role: 'streamer' });
    const page = await open('/admin');
    expect(page.textContent).toContain('This page is unavailable');
    expect(server.count('GET /admin/summary')).toBe(0);
  });

  it('shows moderators the reports alone', async () => {
    server.signIn({ role: 'moderator' });
    const page = await open('/admin');
    expect(page.querySelector('article')?.textContent).toContain('rolf99 on nova.kite');
    expect(page.querySelector('a[href="/admin/people"]')).toBeNull();
    server.answer('PATCH /admin/reports/r1', 200, {});
    await press('Resolve');
    expect(server.last('PATCH /admin/reports/r1')?.body).toEqual({ state: 'resolved', note: '' });
    expect(page.querySelector('article')).toBeNull();
  });

  it('suspends with a reason, after asking', async () => {
    server.signIn({ role: 'administrator' });
    server.answer('PATCH /admin/accounts/p2', 200, {
      account: { ...person, id: 'p2', name: 'rolf99', state: 'suspended' },
    });
    const page = await open('/admin/people');
    await press('Actions for rolf99');
    await press('Suspend…');
    expect(server.count('PATCH /admin/accounts/p2')).toBe(0);
    await type('Reason, which they are told (optional)', 'Spam');
    await act(async () => {
      document
        .querySelector('[role=dialog] form')
        ?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
      await settled();
    });
    expect(server.last('PATCH /admin/accounts/p2')?.body).toEqual({
      state: 'suspended',
      reason: 'Spam',
    });
    expect(page.textContent).toContain('Suspended');
  });
});

describe('every page', { timeout: 30_000 }, () => {
  it.each([
    '/login',
    '/register',
    '/reset',
    '/reset?code=a',
    '/unsubscribe?code=a',
    '/terms',
    '/no/such',
  ])('%s has no fault for who is not signed in', async (path) => {
    await open(path);
    expect(await faults()).toEqual([]);
    expect(document.querySelectorAll('main')).toHaveLength(1);
    expect(document.querySelectorAll('h1')).toHaveLength(1);
    expect(document.title).not.toBe('');
  });

  it.each([
    '/settings',
    '/settings/account',
    '/settings/channel',
    '/settings/stream',
    '/settings/notifications',
    '/notices',
    '/mailbox',
    '/admin',
    '/admin/people',
    '/admin/channels',
    '/admin/reports',
    '/admin/bans',
    '/admin/limits',
  ])('%s has no fault for who is', async (path) => {
    server.signIn({ role: 'administrator' });
    await open(path);
    expect(await faults()).toEqual([]);
    expect(document.querySelectorAll('h1')).toHaveLength(1);
    server.breakDown();
    await open('/terms');
    await open(path);
    // Whatever fails to come, there is a sentence and a way to try again.
    expect(place.textContent).toContain('Try again');
  });
});
