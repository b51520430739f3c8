/** hls.js, set up for low latency with our own pace: its catching up and its jumps to the edge are off. */
import type Hls from 'hls.js';
import type { HlsConfig, LevelDetails } from 'hls.js';
import { errorCode } from '../recovery/refusal';
import { hasCaptions } from './caption-bytes';
import type { Engine, EngineEvents, Quality, Start } from './engine';

type Library = { readonly default: typeof Hls } & Pick<
  typeof import('hls.js'),
  'ErrorDetails' | 'ErrorTypes' | 'Events'
>;

/** The bitrate shown is the mean of so much media. */
const measuredSeconds = 5;

/** What a failed request brought, if it was text. */
function bodyOf(request: unknown): string {
  const asText = request instanceof XMLHttpRequest && ['', 'text'].includes(request.responseType);
  return asText ? request.responseText : '';
}

const retry = (times: number) => ({ maxNumRetry: times, retryDelayMs: 300, maxRetryDelayMs: 2000 });

function config(shifted: boolean): Partial<HlsConfig> {
  return {
    lowLatencyMode: !shifted,
    // `Pace` steers; hls.js keeps the server's hold-back as its start and leaves the rate alone.
    maxLiveSyncPlaybackRate: 1,
    liveSyncOnStallIncrease: 0,
    liveDurationInfinity: true,
    // The browser itself drops what was played when its buffer is full. hls.js must not: a removal that ends
    // while a segment's first parts are there makes it forget them and wait until the segment has left the
    // list of parts (fragment-tracker, detectEvictedFragments): a stall of six seconds.
    backBufferLength: Number.POSITIVE_INFINITY,
    maxBufferLength: 30,
    maxMaxBufferLength: 60,
    maxBufferHole: 0.2,
    // Parts arrive as fast as they are made, which says little about the line: begin in the middle, go up.
    testBandwidth: false,
    abrEwmaDefaultEstimate: 3_000_000,
    capLevelToPlayerSize: true,
    capLevelOnFPSDrop: true,
    preferManagedMediaSource: true,
    // Remuxing TS at live rates costs a few per cent of a core and a worker adds a hop to every part.
    enableWorker: false,
    manifestLoadPolicy: {
      default: {
        maxTimeToFirstByteMs: 8000,
        maxLoadTimeMs: 12000,
        timeoutRetry: retry(0),
        errorRetry: retry(0),
      },
    },
    playlistLoadPolicy: {
      default: {
        maxTimeToFirstByteMs: 15000,
        maxLoadTimeMs: 20000,
        timeoutRetry: retry(1),
        errorRetry: retry(4),
      },
    },
    fragLoadPolicy: {
      default: {
        maxTimeToFirstByteMs: 10000,
        maxLoadTimeMs: 60000,
        timeoutRetry: retry(2),
        errorRetry: retry(4),
      },
    },
  };
}

export class HlsEngine implements Engine {
  readonly kind = 'hls';
  live: boolean | null = null;
  recording = false;
  private readonly hls: Hls;
  private readonly library: Library;
  private readonly events: EngineEvents;
  private details: LevelDetails | null = null;
  private opened = false;
  private captionsSeen = false;
  private start: Start = null;
  private readonly loaded: { bytes: number; seconds: number }[] = [];

  constructor(library: Library, video: HTMLVideoElement, events: EngineEvents, shifted: boolean) {
    this.library = library;
    this.events = events;
    this.hls = new library.default(config(shifted));
    // Cues are ours (see cues/): no hidden text tracks of hls.js.
    this.hls.config.enableDateRangeMetadataCues = false;
    this.hls.config.enableEmsgMetadataCues = false;
    this.hls.config.enableID3MetadataCues = false;
    this.listen();
    this.hls.attachMedia(video);
  }

  private listen(): void {
    const { Events, ErrorTypes } = this.library;
    const { hls, events } = this;
    hls.on(Events.MANIFEST_LOADED, (_, data) => {
      const said = Number(data.sessionData?.['SERVER-TIME']?.['VALUE']);
      const loading = data.stats.loading;
      const times = { asked: loading.start, answered: loading.first || loading.end };
      if (Number.isFinite(said) && said > 0) {
        events.serverMoment({ server: said * 1000, exact: true, ...times });
        return;
      }
      const details = data.networkDetails;
      const date =
        details instanceof XMLHttpRequest
          ? Date.parse(details.getResponseHeader('date') ?? '')
          : Number.NaN;
      // The header cuts fractions off: half a second is the best guess.
      if (Number.isFinite(date))
        events.serverMoment({ server: date + 500, exact: false, ...times });
    });
    hls.on(Events.MANIFEST_PARSED, (_, data) => {
      if (
        data.levels.some((l) => l.attrs['CLOSED-CAPTIONS'] && l.attrs['CLOSED-CAPTIONS'] !== 'NONE')
      )
        this.sawCaptions();
    });
    hls.on(Events.LEVEL_LOADED, (_, data) => {
      this.details = data.details;
      this.live = data.details.live;
      this.recording = data.details.type === 'VOD';
      // hls.js tells of the update before the load; only the first load opens.
      if (!this.opened) {
        this.opened = true;
        this.begin();
        events.opened();
      }
    });
    hls.on(Events.LEVEL_UPDATED, (_, data) => {
      this.details = data.details;
      this.live = data.details.live;
      this.recording = data.details.type === 'VOD';
    });
    hls.on(Events.LEVEL_SWITCHED, () => events.qualities());
    hls.on(Events.LEVELS_UPDATED, () => events.qualities());
    hls.on(Events.FRAG_LOADED, (_, data) => {
      this.measure(data.payload.byteLength, data.part?.duration ?? data.frag.duration);
    });
    hls.on(Events.FRAG_PARSING_METADATA, (_, data) => {
      for (const sample of data.samples) events.id3(sample.pts, sample.data);
    });
    hls.on(Events.FRAG_PARSING_USERDATA, (_, data) => {
      if (!this.captionsSeen && data.samples.some((s) => s.bytes && hasCaptions(s.bytes)))
        this.sawCaptions();
    });
    hls.on(Events.ERROR, (_, data) => {
      if (!data.fatal) return;
      const network = data.type === ErrorTypes.NETWORK_ERROR;
      events.fault(
        network ? 'network' : 'media',
        this.details === null && network,
        data.response?.code ?? 0,
        errorCode(bodyOf(data.networkDetails)),
      );
    });
  }

  private measure(bytes: number, seconds: number): void {
    if (!(seconds > 0)) return;
    this.loaded.push({ bytes, seconds });
    let total = this.loaded.reduce((sum, piece) => sum + piece.seconds, 0);
    while (this.loaded.length > 1 && total - (this.loaded[0]?.seconds ?? 0) >= measuredSeconds) {
      total -= this.loaded.shift()?.seconds ?? 0;
    }
  }
  get bitrate(): number | null {
    const seconds = this.loaded.reduce((sum, piece) => sum + piece.seconds, 0);
    const bytes = this.loaded.reduce((sum, piece) => sum + piece.bytes, 0);
    return seconds > 0 ? (bytes * 8) / seconds : null;
  }

  private sawCaptions(): void {
    this.captionsSeen = true;
    this.events.captions();
  }

  get qualities(): readonly Quality[] {
    return this.hls.levels.map((level, id) => ({
      id,
      height: level.height,
      frameRate: level.frameRate,
      bitrate: level.bitrate,
      name: level.name ?? '',
    }));
  }
  get chosen(): number {
    return this.hls.autoLevelEnabled ? -1 : this.hls.loadLevel;
  }
  get playing(): Quality | null {
    return this.qualities[this.hls.currentLevel] ?? this.qualities[this.hls.loadLevel] ?? null;
  }
  get bandwidth(): number | null {
    const estimate = this.hls.bandwidthEstimate;
    return Number.isFinite(estimate) ? estimate : null;
  }
  get codecs(): string {
    const level = this.hls.levels[Math.max(0, this.hls.currentLevel)];
    return [level?.videoCodec, level?.audioCodec].filter(Boolean).join(', ');
  }
  get edge(): number | null {
    return this.details?.edge ?? null;
  }

  wallClock(position: number): number | null {
    const details = this.details;
    if (!details) return null;
    const all = details.fragmentHint
      ? [...details.fragments, details.fragmentHint]
      : details.fragments;
    for (let i = all.length - 1; i >= 0; --i) {
      const fragment = all[i];
      if (!fragment || fragment.programDateTime === null) continue;
      if (fragment.start <= position + 0.01 || i === 0) {
        return fragment.programDateTime + (position - fragment.start) * 1000;
      }
    }
    return null;
  }

  choose(id: number): void {
    // Nothing buffered is thrown away: with a buffer of a third of a second the change is seen at once anyway.
    this.hls.nextLevel = id;
    this.events.qualities();
  }
  load(src: string, start: Start): void {
    this.start = start;
    this.hls.loadSource(src);
  }
  /** The first playlist says where a time of the clock is. */
  private begin(): void {
    const { start } = this;
    if (start === null) return;
    const position = 'position' in start ? start.position : this.positionOf(start.wall);
    if (position !== null) this.hls.startLoad(Math.max(0, position));
  }
  private positionOf(wall: number): number | null {
    let found: number | null = null;
    for (const fragment of this.details?.fragments ?? []) {
      const date = fragment.programDateTime;
      if (date === null) continue;
      if (date > wall) return found ?? fragment.start;
      // Where media is missing, the clock runs on and the playlist does not.
      found = fragment.start + Math.min((wall - date) / 1000, fragment.duration);
    }
    return found;
  }
  resume(): void {
    this.hls.startLoad(-1);
  }
  recoverMedia(): void {
    this.hls.recoverMediaError();
  }
  destroy(): void {
    this.hls.destroy();
  }
}
