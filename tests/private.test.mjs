// Private channels from outside: every row of the token's contract, over HTTP, on live video.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertError } from './support/ivs.mjs';
import { get } from './support/hls.mjs';
import { makeKey, signToken, signWithPublicHalf, tokenOfLength, unsigned, inSeconds } from './support/playback_tokens.mjs';
import { addressesOf, broadcast, claimsOf, goodToken, join, refusalOf, startPrivate, withQuery } from './support/private.mjs';
import { eventually } from './support/process.mjs';

const page = 'https://app.example.com';
const elsewhere = 'https://elsewhere.example';
const tokenCode = 'invalid_playback_auth_token';
const viewCode = 'playback_auth_error';

test('the token matrix', async (t) => {
  const api = await startPrivate(t);
  const { server, caller, key } = api;
  const { channel } = await broadcast(t, api);
  const { channel: other } = await caller.get('CreateChannel', { authorized: true });
  const url = channel.playbackUrl;
  const claims = (more, seconds) => claimsOf(channel, more, seconds);
  const good = (more, seconds, options) => signToken(key, claims(more, seconds), options);
  const used = []; // tokens and sessions that no line of the log may show

  await t.test('without a token: the body that players know', async () => {
    const query = '?pbac=true&pbar=true&pblm=LOW&player_version=1.13.0';
    const { status, body, code, headers } = await refusalOf(url + query, { headers: { Origin: page } });
    assert.equal(status, 403);
    assert.equal(code, tokenCode);
    assert.equal(body.url, new URL(url).pathname + query);
    assert.equal(body.error, 'token contains an invalid number of segments');
    assert.equal(headers['cache-control'], 'no-store');
  });

  await t.test('the token is not in the body, wherever it stood', async () => {
    const token = goodToken(makeKey(), channel);
    for (const [sent, told] of [[`?token=${token}`, ''], [`?a=1&token=${token}&b=2`, '?a=1&b=2'], [`?%74oken=${token}`, '']]) {
      const { status, body } = await refusalOf(url + sent);
      assert.equal(status, 403);
      assert.equal(body.url, new URL(url).pathname + told);
    }
  });

  const stranger = makeKey();
  const five = [1, 2, 3, 4].map((i) => `https://${i}.example`).join(',');
  const uuid = randomUUID();
  // [what, token, code of the refusal or undefined, Origin]
  const rows = [
    ['a good token', good()],
    ['for three days', good({}, 3 * 86_400)],
    ['exp in milliseconds, as the tutorial has it', good({ exp: Date.now() + 60_000 })],
    ['exp with a fraction', good({ exp: inSeconds(60) + 0.5 })],
    ['expired', good({}, -1), tokenCode],
    ['expired long ago', good({ exp: 1 }), tokenCode],
    ['exp missing', good({ exp: undefined }), tokenCode],
    ['exp as text', good({ exp: `${inSeconds(60)}` }), tokenCode],
    ['another channel', signToken(key, claimsOf(other)), tokenCode],
    ['no channel', good({ 'aws:channel-arn': undefined }), tokenCode],
    ['a key that was not imported', signToken(stranger, claims()), tokenCode],
    ['alg none', unsigned(claims()), tokenCode],
    ['alg none with a signature', good({}, 60, { header: { alg: 'none', typ: 'JWT' } }), tokenCode],
    ['ES384 without a signature', unsigned(claims(), 'ES384'), tokenCode],
    ['HS384 with the public key as the secret', signWithPublicHalf(key, claims()), tokenCode],
    ['HS256 likewise', signWithPublicHalf(key, claims(), 'HS256'), tokenCode],
    ['ES256 in the header', good({}, 60, { header: { alg: 'ES256', typ: 'JWT' } }), tokenCode],
    ['a DER signature', good({}, 60, { form: 'der' }), tokenCode],
    ['one character of the claims changed', good().replace(/\.(.)/, (_, c) => `.${c === 'e' ? 'f' : 'e'}`), tokenCode],
    ['two parts', good().split('.').slice(0, 2).join('.'), tokenCode],
    ['four parts', `${good()}.a-fourth-part`, tokenCode],
    ['with padding', `${good()}=`, tokenCode],
    ['a word', 'abc', tokenCode],
    ['2048 characters', tokenOfLength(key, claims(), 2048)],
    ['2049 characters', tokenOfLength(key, claims(), 2049), tokenCode],

    ['origin *', good({ 'aws:access-control-allow-origin': '*' }), undefined, page],
    ['the origin', good({ 'aws:access-control-allow-origin': `${elsewhere},${page}` }), undefined, page],
    ['a host below the wildcard', good({ 'aws:access-control-allow-origin': 'https://*.example.com' }), undefined, page],
    ['another origin', good({ 'aws:access-control-allow-origin': page }), viewCode, elsewhere],
    ['another scheme', good({ 'aws:access-control-allow-origin': page }), viewCode, 'http://app.example.com'],
    ['a host that only ends alike', good({ 'aws:access-control-allow-origin': 'https://*.example.com' }), viewCode, 'https://example.com'],
    ['a program without an origin', good({ 'aws:access-control-allow-origin': page })],
    ['strict, with the origin', good({ 'aws:access-control-allow-origin': page, 'aws:strict-origin-enforcement': true }), undefined, page],
    ['strict, without', good({ 'aws:access-control-allow-origin': page, 'aws:strict-origin-enforcement': true }), viewCode],
    ['strict, five origins', good({ 'aws:access-control-allow-origin': `${five},${page}`, 'aws:strict-origin-enforcement': true }), undefined, page],
    ['strict, six origins', good({ 'aws:access-control-allow-origin': `${five},${page},${elsewhere}`, 'aws:strict-origin-enforcement': true }), tokenCode, page],
    ['strict as text', good({ 'aws:strict-origin-enforcement': 'true' }), tokenCode, page],

    ['single use', good({ 'aws:single-use-uuid': uuid })],
    ['single use, in ten minutes', good({ 'aws:single-use-uuid': randomUUID() }, 599)],
    ['single use, later', good({ 'aws:single-use-uuid': randomUUID() }, 620), tokenCode],
    ['single use, in milliseconds', good({ 'aws:single-use-uuid': randomUUID(), exp: Date.now() + 60_000 }), tokenCode],
    ['single use without a UUID', good({ 'aws:single-use-uuid': '1' }), tokenCode],
    ['the same UUID again', good({ 'aws:single-use-uuid': uuid, more: 1 }), viewCode],
    ['the same UUID in capitals', good({ 'aws:single-use-uuid': uuid.toUpperCase() }), viewCode],

    ['viewer', good({ 'aws:viewer-id': 'v'.repeat(40) })],
    ['viewer, too long', good({ 'aws:viewer-id': 'v'.repeat(41) }), tokenCode],
    ['viewer, empty', good({ 'aws:viewer-id': '' }), tokenCode],
    ['viewer, later than ten minutes', good({ 'aws:viewer-id': 'v' }, 620), tokenCode],
    ['viewer with a version', good({ 'aws:viewer-id': 'v', 'aws:viewer-session-version': 7 })],
    ['version as text', good({ 'aws:viewer-id': 'v', 'aws:viewer-session-version': '7' })],
    ['version below 0', good({ 'aws:viewer-id': 'v', 'aws:viewer-session-version': -1 }), tokenCode],
    ['version without a viewer', good({ 'aws:viewer-session-version': 7 }), tokenCode],

    ['largest resolution', good({ 'aws:maximum-resolution': 'SD' })],
    ['a resolution that nobody knows', good({ 'aws:maximum-resolution': 'UHD' }), tokenCode],
    ['claims of advertising and others', good({ 'aws:ads-opt-out': true, 'aws:ads-player-params': { a: 'b' }, mine: [1] })],
  ];
  for (const [what, token, code, origin] of rows) {
    await t.test(what, async () => {
      used.push(token);
      const headers = origin ? { Origin: origin } : {};
      if (code !== undefined) {
        const refused = await refusalOf(withQuery(url, { token }), { headers });
        assert.deepEqual([refused.status, refused.code], [403, code], JSON.stringify(refused.body));
        assert.ok(!JSON.stringify(refused.body).includes(token.split('.').at(-1) || 'no signature'));
        return;
      }
      const { url: variant, headers: answered } = await join(channel, token, { headers });
      assert.match(answered['cache-control'], /private|no-store/, 'no cache may give it to another');
      assert.ok(!variant.includes('token'), variant);
      used.push(new URL(variant).pathname.split('/s/')[1].split('/')[0]);
      const playlist = await get(variant, { headers });
      assert.equal(playlist.status, 200, playlist.text());
      assert.match(playlist.headers['cache-control'], /private|no-store/);
    });
  }

  await t.test('the token as first and as later parameter, encoded and not', async () => {
    const token = good();
    const encoded = [...token].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
    for (const query of [`?token=${token}`, `?a=1&token=${token}`, `?token=${token}&b=2`, `?player_version=1.2&token=${encodeURIComponent(token)}&x`,
      `?token=${encoded}`, `?%74oken=${token}`]) {
      assert.equal((await get(url + query)).status, 200, query);
    }
  });

  await t.test('strict origins are checked on every playlist, segment, part and initialisation', async () => {
    const token = good({ 'aws:access-control-allow-origin': page, 'aws:strict-origin-enforcement': true });
    const headers = { Origin: page };
    for (const container of ['fmp4', 'ts']) {
      const { url: variant } = await join(channel, token, { parameters: { container }, headers });
      const addresses = await addressesOf(variant, headers);
      assert.equal('init' in addresses, container === 'fmp4');
      for (const [kind, address] of Object.entries(addresses)) {
        assert.equal((await get(address, { headers })).status, 200, kind);
        for (const wrong of [{}, { Origin: elsewhere }, { Origin: 'null' }]) {
          const { status, code } = await refusalOf(address, { headers: wrong });
          assert.deepEqual([status, code], [403, viewCode], `${kind} for ${wrong.Origin}`);
        }
      }
    }
  });

  await t.test('without strict enforcement only the multivariant playlist asks', async () => {
    const { url: variant } = await join(channel, good({ 'aws:access-control-allow-origin': page }), { headers: { Origin: page } });
    for (const address of Object.values(await addressesOf(variant))) {
      assert.equal((await get(address, { headers: { Origin: elsewhere } })).status, 200);
    }
  });

  await t.test('a session opens its own channel only, and nothing opens without one', async () => {
    const { channel: second } = await broadcast(t, api, {}, { fps: 10 });
    const mine = await join(channel, good());
    const theirs = await join(second, goodToken(key, second));
    const sessionOf = (address) => /\/s\/([^/]+)\//.exec(address)[1];
    for (const address of Object.values(await addressesOf(theirs.url))) {
      const { status, code } = await refusalOf(address.replace(sessionOf(theirs.url), sessionOf(mine.url)));
      assert.deepEqual([status, code], [403, viewCode], address);
      assert.equal((await refusalOf(address.replace(sessionOf(theirs.url), '-'))).status, 403);
      assert.equal((await refusalOf(address.replace(sessionOf(theirs.url), `${sessionOf(theirs.url)}A`))).status, 403);
    }
    assert.equal((await get(theirs.url)).status, 200);
  });

  await t.test('who is refused and who finds nothing can be told apart, on any page', async () => {
    const { status, headers } = await refusalOf(withQuery(other.playbackUrl, { token: goodToken(key, other) }), { headers: { Origin: page } });
    assert.equal(status, 404);
    assert.equal(headers['access-control-allow-origin'], '*');
    const asked = await get(url, { method: 'OPTIONS', headers: { Origin: page, 'Access-Control-Request-Method': 'GET' } });
    assert.ok(asked.status < 300 && asked.headers['access-control-allow-origin'] === '*', `${asked.status}`);
  });

  await t.test('private channels are not listed for everybody', async () => {
    const { text } = await get(`${server.http}/api/rostrum/v1/channels`).then((answer) => ({ text: answer.text() }));
    assert.ok(!text.includes(channel.arn.split('/')[1]), text);
  });

  await t.test('neither tokens nor sessions nor keys are in the log', () => {
    assert.match(server.output(), /debug/i, 'the log tells everything');
    for (const secret of used) {
      if (secret.length > 20) assert.ok(!server.output().includes(secret), secret);
    }
    for (const signature of used.map((token) => token.split('.')[2]).filter((part) => part?.length > 20)) {
      assert.ok(!server.output().includes(signature), signature);
    }
  });
});

test('the largest resolution leaves larger pictures out', async (t) => {
  const api = await startPrivate(t);
  const { channel } = await broadcast(t, api, {}, { size: '960x540', fps: 10 });
  const whole = await join(channel, goodToken(api.key, channel, { 'aws:maximum-resolution': 'HD' }));
  const small = await join(channel, goodToken(api.key, channel, { 'aws:maximum-resolution': 'SD' }));
  const resolutions = ({ multivariant }) => multivariant.variants.map(({ RESOLUTION }) => RESOLUTION);
  assert.ok(resolutions(whole).includes('960x540'));
  assert.deepEqual(resolutions(small), [undefined], 'sound alone is left');
  assert.equal((await get(small.url)).status, 200);
  // Nor can its session be carried over to the larger one.
  const sessionOf = (address) => /\/s\/([^/]+)\//.exec(address)[1];
  for (const address of Object.values(await addressesOf(whole.url))) {
    const { status, code } = await refusalOf(address.replace(sessionOf(whole.url), sessionOf(small.url)));
    assert.deepEqual([status, code], [403, 'resolution_not_allowed'], address);
  }
});

test('three keys: any of them signs; a deleted one starts nothing, and nobody is cut off', async (t) => {
  const api = await startPrivate(t);
  const { caller } = api;
  const keys = [api.key, makeKey(), makeKey()];
  const pairs = [api.keyPair];
  for (const key of keys.slice(1)) {
    pairs.push((await caller.get('ImportPlaybackKeyPair', { publicKeyMaterial: key.publicPem })).keyPair);
  }
  assertError('a fourth', await caller.call('ImportPlaybackKeyPair', { publicKeyMaterial: makeKey().publicPem }), 'ServiceQuotaExceededException');
  const { channel } = await broadcast(t, api);
  const tokens = keys.map((key) => goodToken(key, channel));
  const sessions = await Promise.all(tokens.map((token) => join(channel, token)));
  await caller.get('DeletePlaybackKeyPair', { arn: pairs[1].arn });
  const refused = await eventually(2000, 'the end of the key', async () => {
    const answer = await get(withQuery(channel.playbackUrl, { token: tokens[1] }));
    return answer.status === 403;
  });
  assert.ok(refused);
  assert.equal((await refusalOf(withQuery(channel.playbackUrl, { token: goodToken(keys[1], channel) }))).code, tokenCode);
  for (const i of [0, 2]) await join(channel, tokens[i]);
  for (const { url } of sessions) {
    for (const address of Object.values(await addressesOf(url))) assert.equal((await get(address)).status, 200);
  }
});

test('a channel that becomes public, and private again', async (t) => {
  const api = await startPrivate(t);
  const { caller } = api;
  const { channel, publish, publisher } = await broadcast(t, api);
  const busy = await caller.call('UpdateChannel', { arn: channel.arn, authorized: false });
  assertError('while it is live', busy, 'ConflictException');
  const stop = async (one) => {
    one.child.kill('SIGINT');
    await one.exited;
    await eventually(10_000, 'the end', async () => (await caller.call('GetStream', { channelArn: channel.arn })).status === 404);
  };
  await stop(publisher);
  await caller.get('UpdateChannel', { arn: channel.arn, authorized: false });
  const open = await publish();
  const { url } = await join(channel);
  assert.match(url, /\/s\/-\//);
  assert.equal((await get(`${api.server.http}/api/rostrum/v1/channels`)).text().includes(channel.arn.split('/')[1]), true);
  await stop(open);
  await caller.get('UpdateChannel', { arn: channel.arn, authorized: true });
  await publish();
  assert.equal((await refusalOf(channel.playbackUrl)).code, tokenCode);
  assert.equal((await refusalOf(url)).code, viewCode, 'the open address is closed');
  await join(channel, goodToken(api.key, channel));
});
