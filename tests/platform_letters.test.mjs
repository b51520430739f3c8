// Letters, notices, Web Push and sign-in elsewhere, from outside: a mail server, browsers and a provider that no one here is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSigner, startOidcProvider } from './support/oidc_provider.mjs';
import { base, password, register, startPlatform, streamOf, Visitor, administratorOf } from './support/platform.mjs';
import { eventually } from './support/process.mjs';
import { publishWithFfmpeg } from './support/publisher.mjs';
import { startPushService } from './support/push_service.mjs';
import { startSmtp } from './support/smtp.mjs';

const linkIn = (letter, page) => {
  const link = letter.links.find((one) => new URL(one).pathname === page);
  assert.ok(link, `${page} in ${letter.text}`);
  return new URL(link);
};

/** Somebody whose address has to be proven, and who does so by the letter. */
async function registerByMail(server, mail, name, options = {}) {
  const person = new Visitor(server, { name });
  await person.must('GET', '/session');
  const email = `${name}@example.org`;
  const made = await person.must('POST', '/accounts', { name, email, password, ...options });
  assert.deepEqual(made, { confirmed: false });
  const letter = await mail.next(email);
  const done = await person.must('POST', '/accounts/verify', { code: linkIn(letter, '/verify').searchParams.get('code') });
  assert.equal(done.account.name, name);
  person.email = email;
  return { person, letter };
}

/** What links in letters begin with: the tests take the rest of them to the server itself. */
const publicUrl = 'http://live.example.org';

test('letters come by mail, in the language of their receiver, and their links work', async (t) => {
  const mail = await startSmtp(t);
  const server = await startPlatform(t, {
    platform: { auto_verify: false, name: 'Kino Süd' },
    http: { public_url: publicUrl },
    mail: { url: mail.url, user: 'sender', password: 'mail-secret-1', from: 'Kino Süd <kino@example.org>' },
  });
  const { letter } = await registerByMail(server, mail, 'anna', { language: 'de' });
  assert.equal(letter.from, 'kino@example.org');
  assert.deepEqual(letter.to, ['anna@example.org']);
  assert.equal(letter.fields.from, 'Kino Süd <kino@example.org>');
  assert.equal(letter.subject, 'Bestätige deine Adresse für Kino Süd');
  assert.match(letter.text, /^Hallo anna,\n/);
  assert.match(letter.fields['message-id'], /^<[\w.]+@example\.org>$/);
  assert.ok(mail.logins() > 0);

  const stranger = new Visitor(server);
  await stranger.must('GET', '/session');
  await stranger.must('POST', '/password/forgot', { email: 'ANNA@example.org' });
  await stranger.must('POST', '/password/forgot', { email: 'nobody@example.org' });
  const reset = await mail.next('anna@example.org');
  const code = linkIn(reset, '/reset').searchParams.get('code');
  await stranger.must('POST', '/password/reset', { code, password: 'Another-word-8' });
  await stranger.must('POST', '/session', { login: 'anna', password: 'Another-word-8' });
  assert.equal((await mail.next('anna@example.org')).subject, 'Dein Passwort bei Kino Süd wurde geändert');
  assert.equal((await stranger.post('/password/reset', { code, password: 'Third-word-9' })).body.type, 'CodeExpired');

  // Whoever registers with a taken address learns nothing; its owner does.
  const other = new Visitor(server);
  await other.must('GET', '/session');
  assert.deepEqual(await other.must('POST', '/accounts', { name: 'anna2', email: 'anna@example.org', password }), { confirmed: false });
  const taken = await mail.next('anna@example.org');
  assert.match(taken.subject, /schon ein Konto/);
  assert.ok(!mail.letters.some(({ to }) => to.includes('nobody@example.org')));
  assert.equal((await other.get('/mailbox')).status, 404);
  for (const secret of ['mail-secret-1', code]) assert.ok(!server.output().includes(secret), 'no secret in the log');
});

test('a mail server that is away gets the letters once, when it is back', async (t) => {
  const first = await startSmtp();
  const { port, url } = first;
  await first.close();
  const server = await startPlatform(t, { platform: { auto_verify: false }, http: { public_url: publicUrl }, mail: { url } });
  const person = new Visitor(server);
  await person.must('GET', '/session');
  await person.must('POST', '/accounts', { name: 'early', email: 'early@example.org', password });
  await eventually(10_000, 'an attempt', () => server.output().includes('a letter was not sent'), server.output);
  const mail = await startSmtp(t, { port });
  await person.must('POST', '/accounts', { name: 'late', email: 'late@example.org', password });
  await mail.next('early@example.org', 30_000);
  await mail.next('late@example.org');
  assert.deepEqual(mail.letters.map(({ to }) => to[0]), ['early@example.org', 'late@example.org'], 'in order, each once');
});

test('without a mail server letters stand in the mailbox of this machine', async (t) => {
  const server = await startPlatform(t, { platform: { auto_verify: false } });
  const person = new Visitor(server);
  await person.must('GET', '/session');
  await person.must('POST', '/accounts', { name: 'anna', email: 'anna@example.org', password });
  const { letters } = await person.must('GET', '/mailbox');
  assert.deepEqual(letters.map(({ to, kind }) => ({ to, kind })), [{ to: 'anna@example.org', kind: 'verify' }]);
  const { text } = await person.must('GET', `/mailbox/${letters[0].id}`);
  assert.match(text, /\/verify\?code=/);
  for (const headers of [
    { 'X-Forwarded-For': '203.0.113.7' }, { Forwarded: 'for=203.0.113.7' }, { 'X-Forwarded-Proto': 'https' }, { Via: '1.1 proxy' },
  ]) {
    assert.equal((await person.ask('GET', `${base}/mailbox`, undefined, headers)).status, 403, JSON.stringify(headers));
  }
  const administrator = await administratorOf(server);
  assert.equal((await administrator.ask('GET', `${base}/mailbox`, undefined, { 'X-Forwarded-For': '203.0.113.7' })).status, 200);
  assert.equal((await person.delete('/mailbox')).status, 204);
  assert.deepEqual(await person.must('GET', '/mailbox'), { letters: [] });
});

test('followers hear of a start in the page, by mail and by Web Push, as they chose', async (t) => {
  const mail = await startSmtp(t);
  const push = await startPushService(t);
  const server = await startPlatform(t, {
    platform: { push_contact: 'mailto:ops@example.org', record: false }, http: { public_url: publicUrl }, mail: { url: mail.url },
  });
  const streamer = await register(server, 'streamer');
  const stream = await streamOf(streamer);
  await streamer.must('PATCH', '/me/channel', { title: 'Cooking <b>live</b>', category: 'Food' });
  const [page, letters, nothing] = await Promise.all(['page.person', 'letter.person', 'nothing'].map((name) => register(server, name)));
  const rude = await register(server, 'rude.person');
  for (const person of [page, letters, nothing, rude]) await person.must('PUT', '/channels/streamer/follow');
  await rude.must('PUT', '/me/notifications', { digest: 'instant' });
  await streamer.must('PUT', '/channels/streamer/bans/rude.person', {});
  const { publicKey } = await page.must('GET', '/push/key');
  assert.equal(Buffer.from(publicKey, 'base64url').length, 65);
  for (const [person, browser] of [[page, 'desk'], [page, 'gone'], [nothing, 'silent']]) {
    await person.must('PUT', '/me/push', push.subscribe(browser));
  }
  push.answers.gone = 410;
  assert.deepEqual(await letters.must('PUT', '/me/notifications', { digest: 'instant' }), { page: true, push: true, digest: 'instant' });
  await nothing.must('PUT', '/me/notifications', { page: false, push: false });
  assert.deepEqual(await nothing.must('GET', '/me/notifications'), { page: false, push: false, digest: 'off' });

  const feed = await fetch(`${server.http}${base}/feed`, {
    headers: { Cookie: [...page.cookies].map((pair) => pair.join('=')).join('; ') },
  });
  let heard = '';
  const reader = feed.body.pipeThrough(new TextDecoderStream()).getReader();
  t.after(() => reader.cancel());
  const listening = (async () => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard += value;
    }
  })();
  listening.catch(() => {});

  const encoder = publishWithFfmpeg(t, `${server.rtmps}/app/${stream.streamKey}`);
  await eventually(30_000, 'the stream', async () => (await streamer.must('GET', '/me/channel')).live,
    () => `${encoder.output()}\n${server.output()}`);
  const message = await push.next('desk', 30_000);
  assert.equal(message.json.kind, 'live');
  assert.equal(message.json.name, 'streamer');
  assert.equal(message.json.title, 'Cooking <b>live</b>');
  assert.equal(message.json.url, '/streamer');
  assert.equal(message.vapid.claims.sub, 'mailto:ops@example.org');
  assert.equal(message.vapid.key, publicKey);
  assert.ok(Number(message.headers.ttl) > 0);
  await eventually(10_000, 'the notice in the page', () => heard.includes('event: notice'), () => heard);
  const told = JSON.parse(heard.match(/event: notice\ndata: (.*)\n/)[1]).notice;
  assert.equal(told.channel.name, 'streamer');
  assert.equal(told.seen, false);

  const shown = await page.must('GET', '/notices');
  assert.equal(shown.unseen, 1);
  assert.deepEqual(shown.notices.map(({ id, kind, seen, channel }) => [id, kind, seen, channel.name, channel.live]),
    [[told.id, 'live', false, 'streamer', true]]);
  await page.must('POST', '/notices/seen');
  assert.equal((await page.must('GET', '/notices')).unseen, 0);
  assert.equal((await page.must('GET', '/notices')).notices[0].seen, true);
  for (const person of [nothing, rude]) assert.deepEqual(await person.must('GET', '/notices'), { notices: [], unseen: 0 });

  const letter = await mail.next('letter.person@example.org');
  assert.equal(letter.subject, 'streamer is live');
  assert.ok(!mail.letters.some(({ to }) => to.includes('rude.person@example.org')), 'whoever is banned gets none');
  assert.match(letter.text, /streamer: Cooking <b>live<\/b>\nhttp:\/\/\S+\/streamer\n/);
  // What a mail program does with one click.
  assert.equal(letter.fields['list-unsubscribe-post'], 'List-Unsubscribe=One-Click');
  const now = letter.fields['list-unsubscribe'].slice(1, -1).replace(publicUrl, server.http);
  assert.equal((await fetch(now, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) })).status, 204);
  assert.equal((await letters.must('GET', '/me/notifications')).digest, 'off');
  await letters.must('PUT', '/me/notifications', { digest: 'daily' });
  const code = linkIn(letter, '/unsubscribe').searchParams.get('code');
  const stranger = new Visitor(server);
  assert.equal((await stranger.post('/unsubscribe', { code: `${code.slice(0, -1)}${code.endsWith('A') ? 'B' : 'A'}` })).status, 400);
  assert.equal((await stranger.post('/unsubscribe', { code })).status, 204);
  assert.equal((await letters.must('GET', '/me/notifications')).digest, 'off');

  assert.equal(push.counts.silent, undefined, 'who wants no push gets none');
  assert.equal(mail.letters.length, 1, 'who wants no letters gets none');
  await eventually(10_000, 'the browser that has gone', () => push.counts.gone === 1);

  // Stopped and started again at once: nobody is told twice.
  await streamer.must('POST', '/me/channel/stop');
  assert.equal((await page.must('GET', '/notices')).notices.length, 1);
});

test('only push services can be told', async (t) => {
  const push = await startPushService(t);
  const server = await startPlatform(t, { platform: { push_contact: 'mailto:ops@example.org' } });
  const person = await register(server, 'anna');
  const good = push.subscribe('desk');
  const rows = [
    [{ ...good, endpoint: 'http://push.example.org/x' }, 'endpoint'],
    [{ ...good, endpoint: 'ftp://127.0.0.1/x' }, 'endpoint'],
    [{ ...good, endpoint: 'nonsense' }, 'endpoint'],
    [{ ...good, keys: { ...good.keys, p256dh: 'AAAA' } }, 'keys.p256dh'],
    [{ ...good, keys: { ...good.keys, p256dh: Buffer.alloc(65, 4).toString('base64url') } }, 'keys.p256dh'],
    [{ ...good, keys: { ...good.keys, auth: 'AAAA' } }, 'keys.auth'],
    [{ endpoint: good.endpoint }, 'keys'],
  ];
  for (const [subscription, field] of rows) {
    const { status, body } = await person.put('/me/push', subscription);
    assert.deepEqual([status, body.field], [400, field], JSON.stringify(subscription));
  }
  // Nobody from elsewhere makes us knock at doors of this machine.
  const far = await person.ask('PUT', `${base}/me/push`, good, { 'X-Forwarded-For': '203.0.113.7' });
  assert.equal(far.status, 400);
  assert.equal((await person.put('/me/push', good)).status, 204);
  assert.equal((await person.delete('/me/push', { endpoint: good.endpoint })).status, 204);
  assert.equal((await new Visitor(server).put('/me/push', good)).status, 401);

  const without = await startPlatform(t);
  assert.equal((await new Visitor(without).get('/push/key')).status, 404);
});

for (const kind of ['RS256', 'ES256']) {
  test(`sign-in with a provider whose tokens are ${kind}`, async (t) => {
    const provider = await startOidcProvider(t, { kind });
    const server = await startPlatform(t, { sign_in_providers: [provider.settings('kino')] });
    assert.deepEqual((await new Visitor(server).get('/about')).body.providers, [{ id: 'kino', name: 'Test provider' }]);

    const goThere = async (person, next = '/following') => {
      const start = await person.ask('GET', `${base}/oidc/kino/start?next=${encodeURIComponent(next)}`);
      assert.equal(start.status, 302);
      return provider.signIn(start.headers.get('location'));
    };
    const comeBack = async (person, url) => {
      const { pathname, search } = new URL(url);
      const back = await person.ask('GET', `${pathname}${search}`);
      assert.equal(back.status, 302);
      return back.headers.get('location');
    };

    const anna = new Visitor(server);
    assert.equal(await comeBack(anna, await goThere(anna)), '/register?finish=1');
    assert.deepEqual(await anna.must('GET', '/oidc/pending'), {
      email: 'person@example.org', suggestedName: 'person', provider: 'Test provider',
    });
    const made = await anna.must('POST', '/oidc/finish', { name: 'anna' });
    assert.equal(made.account.name, 'anna');
    assert.equal(made.account.hasPassword, false);
    assert.equal(made.next, '/following');
    assert.equal((await anna.must('GET', '/session')).account.name, 'anna');
    assert.equal((await anna.get('/oidc/pending')).status, 404, 'that is over');

    const again = new Visitor(server);
    assert.equal(await comeBack(again, await goThere(again, '/anna')), '/anna');
    assert.equal((await again.must('GET', '/session')).account.id, made.account.id);

    // The way back of somebody else's browser, twice, and with other tokens.
    const url = await goThere(new Visitor(server));
    assert.equal(await comeBack(new Visitor(server), url), '/login?problem=expired');
    const careless = new Visitor(server);
    const once = await goThere(careless);
    const cookies = new Map(careless.cookies);
    assert.equal(await comeBack(careless, once), '/following');
    careless.cookies = cookies;
    assert.equal(await comeBack(careless, once), '/login?problem=provider', 'a code is good once');
    for (const bend of [
      (claims) => ({ ...claims, aud: 'another' }),
      (claims) => ({ ...claims, nonce: 'another' }),
      (claims) => ({ ...claims, exp: claims.iat - 120 }),
      (claims) => ({ ...claims, iss: 'https://evil.example' }),
    ]) {
      provider.bend = bend;
      const person = new Visitor(server);
      assert.equal(await comeBack(person, await goThere(person)), '/login?problem=provider', `${bend}`);
      assert.equal((await person.must('GET', '/session')).signedIn, false);
    }
    provider.bend = (claims) => claims;
    provider.published = [provider.signer];
    provider.useSigner(makeSigner(kind, 'not published'));
    const person = new Visitor(server);
    assert.equal(await comeBack(person, await goThere(person)), '/login?problem=provider', 'a key that nobody vouches for');

    assert.deepEqual(provider.refusals, ['the code is not known']);
    assert.equal(new URL(await comeBack(person, await (async () => {
      provider.signer = provider.published[0];
      return goThere(person, '//evil.example');
    })()), server.http).origin, new URL(server.http).origin, 'nobody is sent elsewhere');
    assert.ok(!server.output().includes('s3cret'), 'no secret in the log');
  });
}
