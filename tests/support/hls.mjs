// A viewer without a player: fetches playlists and media as they are, with times, and reads them.
import assert from 'node:assert/strict';
import http from 'node:http';
import https from 'node:https';
import { eventually } from './process.mjs';

/**
 * One request as it is on the wire: nothing decoded, nothing followed. Gives `status`, `headers`,
 * `body` (a Buffer), `text()`, `ms` (from sending to the last byte) and `chunks` ({at, bytes}: when
 * how much came, in ms). A reset connection rejects.
 */
export function get(url, { method = 'GET', headers = {}, agent, timeout = 15_000, path } = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const { request } = url.startsWith('https:') ? https : http;
    const target = new URL(url);
    const asked = request({
      method, headers, agent, rejectUnauthorized: false,
      hostname: target.hostname.replace(/^\[|\]$/g, ''), port: target.port,
      path: path ?? target.pathname + target.search,
    }, (response) => {
      const pieces = [];
      const chunks = [];
      response.on('data', (data) => {
        pieces.push(data);
        chunks.push({ at: performance.now() - started, bytes: data.length });
      });
      response.on('error', reject);
      response.on('aborted', () => reject(new Error(`aborted: ${url}`)));
      response.on('end', () => {
        const body = Buffer.concat(pieces);
        resolve({
          status: response.statusCode, headers: response.headers, body, chunks,
          text: () => body.toString('utf8'), ms: performance.now() - started,
        });
      });
    });
    asked.setTimeout(timeout, () => asked.destroy(new Error(`no answer in ${timeout} ms: ${url}`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** Attributes of a tag: {NAME: 'text without quotes'}. */
export function attributes(line) {
  const found = {};
  for (const [, name, quoted, plain] of line.slice(line.indexOf(':') + 1)
    .matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))/g)) found[name] = quoted ?? plain;
  return found;
}

/** `variants` ({uri, BANDWIDTH, CODECS, ...}), `media` (EXT-X-MEDIA) and `session` data by id. */
export function parseMultivariant(text) {
  const lines = text.split('\n');
  assert.equal(lines[0], '#EXTM3U', text);
  const variants = [];
  lines.forEach((line, i) => {
    if (line.startsWith('#EXT-X-STREAM-INF:')) variants.push({ ...attributes(line), uri: lines[i + 1] });
  });
  const tagged = (tag) => lines.filter((line) => line.startsWith(`${tag}:`)).map(attributes);
  return {
    text, variants, media: tagged('#EXT-X-MEDIA'),
    session: Object.fromEntries(
      tagged('#EXT-X-SESSION-DATA').map((data) => [data['DATA-ID'], data.VALUE])),
  };
}

/**
 * A media playlist: `segments` (each with msn, uri, duration, date, map, discontinuity, parts), the
 * last one without uri while it is being made; `hint`, `prefetch`, `ended`, `control`, `next`
 * ({msn, part}: what a blocking reload would ask for).
 */
export function parseMedia(text) {
  const lines = text.split('\n');
  assert.equal(lines[0], '#EXTM3U', text);
  const list = {
    text, segments: [], prefetch: [], reports: [], ranges: [], ended: false, skipped: 0,
    discontinuitySequence: 0, mediaSequence: 0,
  };
  let open = { parts: [], discontinuity: false };
  let map;
  for (const line of lines) {
    const [tag] = line.split(':', 1);
    const value = line.slice(tag.length + 1);
    switch (tag) {
      case '#EXT-X-TARGETDURATION': list.target = Number(value); break;
      case '#EXT-X-SERVER-CONTROL': list.control = attributes(line); break;
      case '#EXT-X-PART-INF': list.partTarget = Number(attributes(line)['PART-TARGET']); break;
      case '#EXT-X-MEDIA-SEQUENCE': list.mediaSequence = Number(value); break;
      case '#EXT-X-DISCONTINUITY-SEQUENCE': list.discontinuitySequence = Number(value); break;
      case '#EXT-X-SKIP': list.skipped = Number(attributes(line)['SKIPPED-SEGMENTS']); break;
      case '#EXT-X-MAP': map = attributes(line).URI; break;
      case '#EXT-X-DISCONTINUITY': open.discontinuity = true; break;
      case '#EXT-X-PROGRAM-DATE-TIME': open.date = Date.parse(value); break;
      case '#EXT-X-DATERANGE': list.ranges.push(attributes(line)); break;
      case '#EXT-X-PART': {
        const part = attributes(line);
        open.parts.push({ uri: part.URI, duration: Number(part.DURATION), independent: part.INDEPENDENT === 'YES' });
        break;
      }
      case '#EXTINF': open.duration = Number(value.split(',')[0]); break;
      case '#EXT-X-PRELOAD-HINT': list.hint = attributes(line).URI; break;
      case '#EXT-X-PREFETCH': list.prefetch.push(value); break;
      case '#EXT-X-RENDITION-REPORT': list.reports.push(attributes(line)); break;
      case '#EXT-X-ENDLIST': list.ended = true; break;
      default:
        if (line !== '' && !line.startsWith('#')) {
          list.segments.push({ ...open, uri: line, map });
          open = { parts: [], discontinuity: false };
        }
    }
  }
  if (open.parts.length > 0) list.segments.push({ ...open, map });
  list.segments.forEach((segment, i) => { segment.msn = list.mediaSequence + list.skipped + i; });
  const last = list.segments.at(-1);
  list.complete = list.segments.filter(({ uri }) => uri);
  list.next = last === undefined ? undefined
    : last.uri ? { msn: last.msn + 1, part: 0 } : { msn: last.msn, part: last.parts.length };
  return list;
}

/** The multivariant playlist as soon as the channel is live. */
export async function waitLive(url, { server, milliseconds = 15_000 } = {}) {
  return eventually(milliseconds, `${url} live`, async () => {
    const answer = await get(url);
    if (answer.status !== 200) return undefined;
    const list = parseMultivariant(answer.text());
    return list.variants.length > 0 && list;
  }, () => server?.output() ?? '');
}

/** Where the media playlist of a variant is; by default that of the first one. */
export function variantUrl(multivariantUrl, multivariant, index = 0) {
  return new URL(multivariant.variants[index].uri, multivariantUrl).href;
}

/** A media playlist; `directives` may hold msn, part and skip. */
export async function loadMedia(url, { msn, part, skip, ...options } = {}) {
  const address = new URL(url);
  if (msn !== undefined) address.searchParams.set('_HLS_msn', msn);
  if (part !== undefined) address.searchParams.set('_HLS_part', part);
  if (skip) address.searchParams.set('_HLS_skip', 'YES');
  const answer = await get(address.href, options);
  assert.equal(answer.status, 200, `${address.href}\n${answer.text()}`);
  return Object.assign(parseMedia(answer.text()), { ms: answer.ms, headers: answer.headers });
}

/** Reloads the playlist by blocking, from `list` on, until `done(list)`; gives that one. */
export async function follow(url, list, milliseconds, what, done, each = () => {}) {
  const end = Date.now() + milliseconds;
  let current = list ?? await loadMedia(url);
  while (!done(current)) {
    assert.ok(Date.now() < end, `${what} not within ${milliseconds} ms\n${current.text}`);
    assert.equal(current.ended, false, `the stream ended before ${what}\n${current.text}`);
    current = await loadMedia(url, current.next);
    each(current);
  }
  return current;
}
