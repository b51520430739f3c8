// Viewers of private channels: revoked while they watch, bound by policies, and in real players.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { test } from 'node:test';
import { openPage } from './support/browser.mjs';
import { assertError } from './support/ivs.mjs';
import { get, loadMedia } from './support/hls.mjs';
import { playWithHls } from './support/player.mjs';
import { addressesOf, broadcast, goodToken, join, refusalOf, startPrivate, withQuery } from './support/private.mjs';
import { eventually, within } from './support/process.mjs';

const page = 'https://app.example.com';
const viewCode = 'playback_auth_error';
const segment = 2000; // ms, as the server makes them

const viewer = (id, version) => (
  { 'aws:viewer-id': id, ...(version === undefined ? {} : { 'aws:viewer-session-version': version }) });

/**
 * Watches as a low-latency player does, playlist by blocking reload and every part, until it is
 * refused. `stopped` gives {at, last, code}: when that was and when the last part came.
 */
function watchUntilRefused(url) {
  const seen = { parts: 0 };
  const stopped = (async () => {
    let list = await loadMedia(url);
    for (;;) {
      const address = new URL(url);
      address.searchParams.set('_HLS_msn', list.next.msn);
      address.searchParams.set('_HLS_part', list.next.part);
      let answer = await get(address.href);
      if (answer.status === 200) {
        const { msn, part } = list.next;
        list = await loadMedia(address.href).catch(() => list);
        const made = list.segments.find((one) => one.msn === msn)?.parts[part];
        if (!made) continue;
        answer = await get(new URL(made.uri, url).href);
      }
      if (answer.status !== 200) {
        return { at: performance.now(), last: seen.last, code: JSON.parse(answer.text())[0].error_code };
      }
      seen.parts += 1;
      seen.last = performance.now();
    }
  })();
  stopped.catch(() => {}); // looked at later
  return { seen, stopped };
}

test('a revoked viewer is out within a segment; others go on', async (t) => {
  const api = await startPrivate(t);
  const { caller, key } = api;
  const { channel } = await broadcast(t, api);
  const enter = async (id, version) => (await join(channel, goodToken(key, channel, viewer(id, version)))).url;
  const tokenOf = (id, version) => withQuery(channel.playbackUrl, { token: goodToken(key, channel, viewer(id, version)) });
  const alice = watchUntilRefused(await enter('alice'));
  const bob = watchUntilRefused(await enter('bob'));
  await eventually(15_000, 'both watch', () => alice.seen.parts >= 5 && bob.seen.parts >= 5);

  const revoked = performance.now();
  await caller.get('StartViewerSessionRevocation', { channelArn: channel.arn, viewerId: 'alice' });
  const answered = performance.now();
  const { at, last, code } = await within(10_000, alice.stopped, 'the end of her session', api.server.output);
  t.diagnostic(`refused ${Math.round(at - answered)} ms after the answer, which took ${Math.round(answered - revoked)} ms; `
    + `her last part came ${Math.round(last - answered)} ms after it`);
  assert.equal(code, viewCode);
  assert.ok(at - answered < segment, `${at - answered} ms`);
  const parts = bob.seen.parts;
  await eventually(5000, 'bob goes on', () => bob.seen.parts > parts + 5);
  assert.equal((await refusalOf(tokenOf('alice'))).code, viewCode, 'nor may she come back');
  assert.equal((await get(tokenOf('alice', 1))).status, 200, 'but with a higher version');

  await t.test('versions up to the one named', async () => {
    const sessions = [];
    for (const version of [1, 2, '2', 3]) sessions.push(await enter('carol', version));
    await caller.get('StartViewerSessionRevocation', { channelArn: channel.arn, viewerId: 'carol', viewerSessionVersionsLessThanOrEqualTo: 2 });
    // An earlier, lower one takes nothing back.
    await caller.get('StartViewerSessionRevocation', { channelArn: channel.arn, viewerId: 'carol', viewerSessionVersionsLessThanOrEqualTo: 1 });
    const statuses = async () => Promise.all(sessions.map(async (url) => (await get(url)).status));
    await eventually(segment, 'the revocation', async () => (await statuses()).join() === '403,403,403,200');
    for (const [version, status] of [[0, 403], [2, 403], ['2', 403], [3, 200], [4, 200]]) {
      assert.equal((await get(tokenOf('carol', version))).status, status, `${version}`);
    }
  });

  await t.test('every kind of request is refused', async () => {
    const addresses = await addressesOf(await enter('erin'));
    await caller.get('StartViewerSessionRevocation', { channelArn: channel.arn, viewerId: 'erin' });
    for (const [kind, address] of Object.entries(addresses)) {
      await eventually(segment, kind, async () => (await get(address)).status === 403);
      assert.equal((await refusalOf(address, { headers: { Origin: page } })).code, viewCode);
    }
  });

  await t.test('many at once, each with its own result', async () => {
    const { channel: other } = await caller.get('CreateChannel', { authorized: true });
    const ids = Array.from({ length: 18 }, (_, i) => `batch-${i}`);
    const sessions = await Promise.all(ids.map((id) => enter(id)));
    const missing = channel.arn.replace(/.{4}$/, 'none');
    const { errors } = await caller.get('BatchStartViewerSessionRevocation', {
      viewerSessions: [...ids.map((viewerId) => ({ channelArn: channel.arn, viewerId })),
        { channelArn: missing, viewerId: 'x' }, { channelArn: other.arn, viewerId: 'bob' }],
    });
    assert.deepEqual(errors.map(({ channelArn, viewerId, code: name }) => [channelArn, viewerId, name]),
      [[missing, 'x', 'ResourceNotFoundException']]);
    await eventually(segment, 'the revocations', async () =>
      (await Promise.all(sessions.map(async (url) => (await get(url)).status))).every((status) => status === 403));
    const before = bob.seen.parts;
    await eventually(5000, 'bob goes on here', () => bob.seen.parts > before + 2);
    assertError('a channel that is not there', await caller.call('StartViewerSessionRevocation',
      { channelArn: missing, viewerId: 'x' }), 'ResourceNotFoundException');
  });
  for (const id of ['alice', 'carol', 'batch-3']) {
    assert.ok(!api.server.output().includes(`"aws:viewer-id":"${id}"`), 'no claims in the log');
  }
});

// Written by MaxMind's own library.
function writeCountries(t, networks) {
  const folder = mkdtempSync(joinPath(tmpdir(), 'rostrum-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = joinPath(folder, 'countries.mmdb');
  const script = `
    use MaxMind::DB::Writer::Tree;
    my %types = (country => "map", iso_code => "utf8_string");
    my $tree = MaxMind::DB::Writer::Tree->new(ip_version => 6, record_size => 24, database_type => "Test-Country",
      languages => ["en"], description => { en => "for tests" }, remove_reserved_networks => 0,
      map_key_type_callback => sub { $types{$_[0]} });
    while (<STDIN>) { my ($network, $country) = split; $tree->insert_network($network, { country => { iso_code => $country } }); }
    open my $out, ">:raw", $ARGV[0] or die; $tree->write_tree($out); close $out or die;`;
  const done = spawnSync('perl', ['-e', script, path], {
    encoding: 'utf8', input: networks.map((entry) => `${entry.join(' ')}\n`).join('') });
  assert.equal(done.status, 0, done.stderr);
  return path;
}

test('restriction policies, on a public and on a private channel', async (t) => {
  const database = writeCountries(t, [['81.2.69.0/24', 'GB'], ['89.160.20.0/24', 'SE']]);
  const api = await startPrivate(t, { geo: { database } });
  const { caller, key } = api;
  const { playbackRestrictionPolicy: policy } = await caller.get('CreatePlaybackRestrictionPolicy',
    { allowedCountries: ['SE'], allowedOrigins: ['https://*.example.com'] });
  const playbackRestrictionPolicyArn = policy.arn;
  for (const authorized of [false, true]) {
    await t.test(authorized ? 'private' : 'public', async (s) => {
      await caller.get('UpdatePlaybackRestrictionPolicy', { arn: policy.arn, enableStrictOriginEnforcement: false });
      const { channel } = await broadcast(s, api, { authorized, playbackRestrictionPolicyArn });
      const token = authorized ? goodToken(key, channel) : undefined;
      const url = withQuery(channel.playbackUrl, token ? { token } : {});
      // Where this machine is nobody knows, and what a request says of itself nobody believes.
      for (const headers of [{}, { 'X-Forwarded-For': '81.2.69.160' }, { Forwarded: 'for=81.2.69.160' }, { 'X-Real-IP': '81.2.69.160' }, { Origin: page }]) {
        assert.equal((await get(url, { headers })).status, 200, JSON.stringify(headers));
      }
      for (const origin of ['https://example.com', 'https://app.example.com.evil.example', 'null', 'http://app.example.com']) {
        const { status, code } = await refusalOf(url, { headers: { Origin: origin } });
        assert.deepEqual([status, code], [403, viewCode], origin);
      }
      const { url: variant } = await join(channel, token);
      assert.ok(!variant.includes('/s/-/'), 'a session of its own');
      const addresses = await addressesOf(variant);
      for (const address of Object.values(addresses)) {
        assert.equal((await get(address, { headers: { Origin: 'https://elsewhere.example' } })).status, 200);
      }
      // Strict from now on, for those who watch already, too.
      await caller.get('UpdatePlaybackRestrictionPolicy', { arn: policy.arn, enableStrictOriginEnforcement: true });
      for (const [kind, address] of Object.entries(addresses)) {
        await eventually(segment, kind, async () => (await get(address)).status === 403);
        for (const headers of [{}, { Origin: 'https://elsewhere.example' }]) {
          assert.equal((await refusalOf(address, { headers })).code, viewCode, kind);
        }
        assert.equal((await get(address, { headers: { Origin: page } })).status, 200, kind);
      }
      assert.equal((await refusalOf(url)).code, viewCode, 'an origin is compulsory');
      assert.equal((await get(url, { headers: { Origin: page } })).status, 200);
      if (authorized) assert.equal((await refusalOf(channel.playbackUrl, { headers: { Origin: page } })).code, 'invalid_playback_auth_token');
    });
  }
  assertError('a policy in use', await caller.call('DeletePlaybackRestrictionPolicy', { arn: policy.arn }), 'ConflictException');
});

/** How long the picture still moves, in ms; resolves when it has stood still for a second. */
const untilFrozen = (page_, video) => page_.evaluate(async (find) => {
  const element = eval(find); // the test's own expression
  const start = performance.now();
  let moved = start;
  let time = element.currentTime;
  while (performance.now() - moved < 1000 && performance.now() - start < 20_000) {
    await new Promise((resolve) => { setTimeout(resolve, 20); });
    if (element.currentTime !== time) { time = element.currentTime; moved = performance.now(); }
  }
  return moved - start;
}, video);

test('hls.js plays with a token, is refused without, and stops when its viewer is revoked', async (t) => {
  const api = await startPrivate(t);
  const { channel } = await broadcast(t, api, {}, { size: '640x360' });
  const url = withQuery(channel.playbackUrl, { token: goodToken(api.key, channel, viewer('dave')) });
  const player = await playWithHls(t, url);
  await player.waitForFunction(() => document.querySelector('video').currentTime > 3, undefined, { timeout: 20_000 });
  assert.deepEqual(await player.evaluate(() => window.events.filter(({ fatal }) => fatal)), []);
  await api.caller.get('StartViewerSessionRevocation', { channelArn: channel.arn, viewerId: 'dave' });
  const frozen = await untilFrozen(player, 'document.querySelector("video")');
  t.diagnostic(`the picture stood ${Math.round(frozen)} ms after the revocation`);
  // What was fetched before is played to its end: hls.js holds three parts and more.
  assert.ok(frozen < 2 * segment, `${frozen} ms`);
  await player.waitForFunction(() => window.events.some(({ type }) => type === 'networkError'), undefined, { timeout: 5000 });

  const bare = await openPage(t);
  await bare.goto(`${api.server.http}/`);
  const answer = await bare.evaluate(async (address) => {
    const response = await fetch(address);
    return { status: response.status, body: await response.json() };
  }, channel.playbackUrl.replace('127.0.0.1', 'localhost'));
  assert.equal(answer.status, 403, 'a page of another origin reads why');
  assert.equal(answer.body[0].error_code, 'invalid_playback_auth_token');
});

test('our player says why, keeps a token that is good once, and stops when revoked', async (t) => {
  const api = await startPrivate(t);
  const { channel } = await broadcast(t, api, {}, { fps: 10 });
  const element = await openPage(t);
  const site = api.server.http.replace('127.0.0.1', 'localhost'); // another origin than the channel's
  await element.goto(`${site}/`);
  await element.addScriptTag({ url: `${site}/player/rostrum-player.js`, type: 'module' });
  const shows = async (token, sentence, of = channel) => {
    await element.evaluate((address) => {
      document.body.innerHTML = '<rostrum-player style="width:640px;height:360px" muted autoplay></rostrum-player>';
      document.querySelector('rostrum-player').setAttribute('src', address);
    }, withQuery(of.playbackUrl, token ? { token } : {}));
    await element.getByText(sentence).first().waitFor({ timeout: 10_000 });
  };
  const plays = () => element.waitForFunction(() => {
    const one = document.querySelector('rostrum-player');
    return one.state === 'playing' && one.video.currentTime > 1;
  }, undefined, { timeout: 20_000 });
  await shows(undefined, 'This broadcast is private');
  await shows(goodToken(api.key, channel, {}, -5), 'has expired');
  await shows(goodToken(api.key, channel, { 'aws:access-control-allow-origin': page }), 'You can’t watch this here');

  // Waiting for the broadcast does not use the token up.
  const { channel: next, publish } = await broadcast(t, api, {}, { size: '640x360', later: true });
  const once = goodToken(api.key, next, { ...viewer('frank'), 'aws:single-use-uuid': randomUUID() });
  await shows(once, 'Not live yet', next);
  await publish();
  await plays();
  assert.equal((await refusalOf(withQuery(next.playbackUrl, { token: once }))).code, viewCode);

  await api.caller.get('StartViewerSessionRevocation', { channelArn: next.arn, viewerId: 'frank' });
  const frozen = await untilFrozen(element, 'document.querySelector("rostrum-player").video');
  t.diagnostic(`the picture stood ${Math.round(frozen)} ms after the revocation`);
  assert.ok(frozen < 2 * segment, `${frozen} ms`);
  await element.waitForFunction(() => document.querySelector('rostrum-player').trouble !== null, undefined, { timeout: 10_000 });
});
