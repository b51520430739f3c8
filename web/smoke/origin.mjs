// A stand-in for the server: low-latency HLS of ffmpeg's test card, the page API and the built site. It lets
// a test freeze the encoder, cut the broadcast, end it and start another.
import { spawn } from 'node:child_process';
import { readFileSync, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { BoxStream, cueBox, describe, timescale } from './fmp4.mjs';

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const listedSegments = 6;

export class Broadcast {
  segments = [];
  inits = [];
  sequence = 0;
  discontinuities = 0;
  ended = false;
  cues = [];
  waiters = [];
  startedAt = new Date().toISOString();

  constructor(size = '1280x720') {
    this.size = size;
  }

  encode() {
    const args =
      `-hide_banner -loglevel error -re -f lavfi -i testsrc2=size=${this.size}:rate=30 -re -f lavfi -i sine=frequency=440:sample_rate=48000 ` +
      '-c:v libx264 -preset ultrafast -tune zerolatency -g 60 -b:v 1500k -pix_fmt yuv420p -c:a aac -b:a 96k ' +
      '-f mp4 -movflags +empty_moov+default_base_moof+frag_keyframe -frag_duration 200000 -flush_packets 1 pipe:1';
    this.encoder = spawn('ffmpeg', args.split(' '), { stdio: ['ignore', 'pipe', 'inherit'] });
    const stream = new BoxStream();
    let ftyp = null;
    let moof = null;
    let scale = 0;
    const fresh = this.inits.length > 0;
    let boundary = fresh;
    this.encoder.stdout.on('data', (chunk) => {
      for (const box of stream.push(chunk)) {
        if (box.type === 'ftyp') ftyp = Buffer.from(box.data);
        else if (box.type === 'moov') {
          scale = timescale(box.data);
          this.inits.push(Buffer.concat([ftyp, box.data]));
        } else if (box.type === 'moof') moof = Buffer.from(box.data);
        else if (box.type === 'mdat' && moof) {
          this.addPart(moof, box.data, scale, boundary);
          boundary = false;
        }
      }
    });
  }

  addPart(moof, mdat, scale, discontinuity) {
    const { start, duration, key } = describe(moof);
    const seconds = duration / scale;
    // Media time 0 on the wall clock: the quickest arrival of this encoder's run tells best.
    const zero = Date.now() - ((start + duration) / scale) * 1000;
    this.zero = discontinuity || this.zero === undefined ? zero : Math.min(this.zero, zero);
    const second = Math.floor(start / scale);
    let data = Buffer.concat([moof, mdat]);
    if (second !== this.lastCue && start / scale - second < 0.25) {
      this.lastCue = second;
      const text = JSON.stringify({ n: second, at: start / scale });
      this.cues.push(text);
      data = Buffer.concat([cueBox(scale, start, this.cues.length, text), data]);
    }
    let open = this.segments.at(-1);
    if (!open || key || discontinuity) {
      if (open) open.done = true;
      open = {
        number: this.sequence++,
        init: this.inits.length - 1,
        parts: [],
        done: false,
        at: this.zero + (start / scale) * 1000,
        discontinuity,
      };
      this.segments.push(open);
      if (this.segments.length > listedSegments + 4) this.segments.shift();
    }
    open.parts.push({ data, seconds, key });
    this.wake();
  }

  wake() {
    const waiting = this.waiters;
    this.waiters = [];
    for (const check of waiting) check();
  }

  has(msn, part) {
    if (this.ended) return true;
    const last = this.segments.at(-1);
    if (!last) return false;
    if (last.number > msn || (last.number === msn && last.done)) return true;
    return last.number === msn && part !== null && last.parts.length > part;
  }

  async until(ready, ms) {
    const limit = Date.now() + ms;
    while (!ready() && Date.now() < limit) {
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, limit - Date.now());
        this.waiters.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return ready();
  }

  playlist() {
    const shown = this.segments.slice(-listedSegments);
    const lines = [
      '#EXTM3U',
      '#EXT-X-VERSION:9',
      '#EXT-X-TARGETDURATION:3',
      '#EXT-X-PART-INF:PART-TARGET=0.234',
      '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.7,HOLD-BACK=9',
      `#EXT-X-MEDIA-SEQUENCE:${shown[0]?.number ?? 0}`,
    ];
    let init = -1;
    shown.forEach((segment, i) => {
      if (segment.discontinuity && i > 0) lines.push('#EXT-X-DISCONTINUITY');
      if (segment.init !== init) lines.push(`#EXT-X-MAP:URI="init${segment.init}.mp4"`);
      init = segment.init;
      lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(segment.at).toISOString()}`);
      if (i >= shown.length - 3) {
        segment.parts.forEach((part, k) =>
          lines.push(
            `#EXT-X-PART:DURATION=${part.seconds.toFixed(5)},URI="p${segment.number}.${k}.mp4"${part.key ? ',INDEPENDENT=YES' : ''}`,
          ),
        );
      }
      if (segment.done || this.ended) {
        lines.push(
          `#EXTINF:${segment.parts.reduce((s, p) => s + p.seconds, 0).toFixed(5)},`,
          `s${segment.number}.mp4`,
        );
      }
    });
    const last = shown.at(-1);
    if (this.ended) lines.push('#EXT-X-ENDLIST');
    else if (last && !last.done)
      lines.push(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="p${last.number}.${last.parts.length}.mp4"`);
    return `${lines.join('\n')}\n`;
  }

  async start() {
    this.encode();
    await this.until(() => this.segments.length > 2, 20_000);
    return this;
  }
  freeze(ms) {
    this.encoder.kill('SIGSTOP');
    setTimeout(() => this.encoder.kill('SIGCONT'), ms);
  }
  /** The publisher is gone; nothing tells the viewers. */
  lose() {
    this.encoder.kill('SIGKILL');
  }
  end() {
    this.lose();
    this.ended = true;
    const last = this.segments.at(-1);
    if (last) last.done = true;
    this.wake();
  }
}

export async function serve(site, world) {
  const send = (res, status, type, body) => {
    res.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      'access-control-allow-origin': '*',
    });
    res.end(body);
  };
  const json = (res, status, value) => send(res, status, 'application/json', JSON.stringify(value));
  async function media(res, url, broadcast, name) {
    if (name === 'master.m3u8') {
      return send(
        res,
        200,
        'application/vnd.apple.mpegurl',
        `#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-SESSION-DATA:DATA-ID="SERVER-TIME",VALUE="${(Date.now() / 1000).toFixed(3)}"\n` +
          `#EXT-X-STREAM-INF:BANDWIDTH=1900000,CODECS="avc1.42c01f,mp4a.40.2",RESOLUTION=${broadcast.size},FRAME-RATE=30.000\nmedia.m3u8\n`,
      );
    }
    if (name === 'media.m3u8') {
      const msn = url.searchParams.get('_HLS_msn');
      const part = url.searchParams.get('_HLS_part');
      if (
        msn !== null &&
        !(await broadcast.until(
          () => broadcast.has(Number(msn), part === null ? null : Number(part)),
          9000,
        ))
      ) {
        return send(res, 503, 'text/plain', '');
      }
      return send(res, 200, 'application/vnd.apple.mpegurl', broadcast.playlist());
    }
    const init = /^init(\d+)\.mp4$/.exec(name);
    if (init && broadcast.inits[init[1]])
      return send(res, 200, 'video/mp4', broadcast.inits[init[1]]);
    const piece = /^([ps])(\d+)(?:\.(\d+))?\.mp4$/.exec(name);
    const segment = piece && broadcast.segments.find((s) => s.number === Number(piece[2]));
    if (!segment) return send(res, 404, 'text/plain', '');
    if (piece[1] === 's')
      return send(res, 200, 'video/mp4', Buffer.concat(segment.parts.map((p) => p.data)));
    const index = Number(piece[3]);
    if (!(await broadcast.until(() => segment.parts.length > index, 5000)))
      return send(res, 404, 'text/plain', '');
    return send(res, 200, 'video/mp4', segment.parts[index].data);
  }
  const server = createServer((req, res) => {
    const url = new URL(req.url, 'http://x');
    const path = url.pathname;
    if (world.down) return res.destroy();
    const api = /^\/api\/rostrum\/v1\/(server|channels)(?:\/(.+))?$/.exec(path);
    if (api?.[1] === 'server') return json(res, 200, world.server);
    if (api && api[2] === undefined) return json(res, 200, { channels: world.channels() });
    if (api) {
      const channel = world.channels().find((c) => c.id === decodeURIComponent(api[2]));
      return channel ? json(res, 200, channel) : json(res, 404, {});
    }
    const video = /^\/api\/video\/v1\/([^/]+)\/([^/]+)$/.exec(path);
    if (video) {
      const broadcast = world.broadcasts[video[1]];
      if (broadcast === 'private') return send(res, 403, 'text/plain', '');
      return broadcast
        ? void media(res, url, broadcast, video[2])
        : send(res, 404, 'text/plain', '');
    }
    const file = normalize(join(site, path.startsWith('/assets/') ? path : '/index.html'));
    if (!file.startsWith(site) || !existsSync(file)) return send(res, 404, 'text/plain', '');
    return send(res, 200, types[extname(file)] ?? 'application/octet-stream', readFileSync(file));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}
