// Private channels for tests: made through the API, on the air by ffmpeg, watched with tokens.
import assert from 'node:assert/strict';
import { startApi } from './api_server.mjs';
import { get, loadMedia, parseMultivariant } from './hls.mjs';
import { inSeconds, makeKey, signToken } from './playback_tokens.mjs';
import { eventually } from './process.mjs';
import { publishWithFfmpeg, source } from './publisher.mjs';

/** An address with query parameters behind what it has already. */
export function withQuery(url, parameters) {
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return query.length === 0 ? url : `${url}${url.includes('?') ? '&' : '?'}${query.join('&')}`;
}

/** A server with one imported key. `log` at debug level, so that tests see whatever might be told. */
export async function startPrivate(t, config = {}) {
  const api = await startApi(t, { log: { level: 'debug' }, ...config });
  const key = makeKey();
  const { keyPair } = await api.caller.get('ImportPlaybackKeyPair', { publicKeyMaterial: key.publicPem });
  return { ...api, key, keyPair };
}

/**
 * A channel, and ffmpeg publishing to it until the test ends or `publisher` is stopped; with `later`
 * only when `publish` is called.
 */
export async function broadcast(t, { server, caller }, input = {}, { size = '320x180', seconds = 240, later = false, ...media } = {}) {
  const { channel, streamKey } = await caller.get('CreateChannel', { insecureIngest: true, authorized: true, ...input });
  const publish = async () => {
    const publisher = publishWithFfmpeg(t, `${server.rtmp}/app/${streamKey.value}`,
      source({ seconds, size, gop: 1, ...media }));
    await eventually(20_000, 'the broadcast', async () => (await get(channel.playbackUrl)).status !== 404,
      () => publisher.output() + server.output());
    return publisher;
  };
  return { channel, streamKey, publish, publisher: later ? undefined : await publish() };
}

/** The claims of a good token, for so many seconds. */
export const claimsOf = (channel, more = {}, seconds = 300) => (
  { 'aws:channel-arn': channel.arn, exp: inSeconds(seconds), ...more });

/** {status, body, code, headers} of a refusal, in the service's form. */
export async function refusalOf(url, options) {
  const answer = await get(url, options);
  const body = JSON.parse(answer.text());
  assert.ok(Array.isArray(body) && body.length === 1, answer.text());
  assert.deepEqual(Object.keys(body[0]), ['url', 'error', 'error_code', 'type'], answer.text());
  assert.equal(body[0].type, 'error');
  assert.ok(body[0].error.length > 5);
  assert.equal(answer.headers['access-control-allow-origin'], '*', 'pages must be able to read it');
  assert.match(answer.headers['content-type'], /^application\/json/);
  return { status: answer.status, headers: answer.headers, body: body[0], code: body[0].error_code };
}

/** Starts to watch: the multivariant playlist and where its first variant is. */
export async function join(channel, token, { parameters = {}, headers = {} } = {}) {
  const url = withQuery(channel.playbackUrl, { ...parameters, ...(token ? { token } : {}) });
  const answer = await get(url, { headers });
  assert.equal(answer.status, 200, `${answer.status} ${answer.text()}`);
  const multivariant = parseMultivariant(answer.text());
  const variants = multivariant.variants.map(({ uri }) => new URL(uri, url).href);
  return { multivariant, variants, url: variants[0], headers: answer.headers };
}

/** One address of each kind below a variant: playlist, segment, part, and init for fMP4. */
export async function addressesOf(variant, headers = {}) {
  const list = await eventually(10_000, 'a segment with parts', async () => {
    const loaded = await loadMedia(variant, { headers });
    return loaded.complete.some(({ parts }) => parts.length > 0) && loaded;
  });
  const segment = list.complete.findLast(({ parts }) => parts.length > 0);
  const at = (uri) => new URL(uri, variant).href;
  return {
    playlist: variant, segment: at(segment.uri), part: at(segment.parts[0].uri),
    ...(segment.map ? { init: at(segment.map) } : {}),
  };
}

/** A good token for a channel in one call. */
export const goodToken = (key, channel, more, seconds) => signToken(key, claimsOf(channel, more, seconds));
