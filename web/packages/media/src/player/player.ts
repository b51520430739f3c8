/**
 * The player without its controls: one video element, one address at a time. It opens engines, keeps pace,
 * raises cues and carries out what `Recovery` decides. Runs in the page's one thread; owned by the element.
 */
import { CueScheduler } from '../cues/scheduler';
import { latencyMark, readId3 } from '../cues/id3';
import type { CreateEngine, Engine, EngineEvents } from '../engine/engine';
import { EngineSlot } from '../engine/slot';
import { Pace } from '../pace/pace';
import { probe as lookAt } from '../recovery/probe';
import { Recovery, type Action, type Event, type Finding } from '../recovery/recovery';
import { CueClock } from './cue-clock';
import { LatencyMeter } from './latency';
import { bufferedEnd } from './ranges';
import { startPlayback } from './sound';
import { collectStats, deriveState, seekableSpan, type Span } from './readout';
import { steer } from './steer';
import { TimeShift } from './time-shift';
import { Watchdog } from './watchdog';
import type { Metadata, PlayerState, Stats, Trouble } from './types';

export interface PlayerEvents {
  /** State, qualities, position relative to live or anything else shown may have changed. */
  changed(): void;
  metadata(cue: Metadata): void;
  /** Sound was refused by the browser; playing muted. */
  mutedByBrowser(): void;
}

export interface PlayerParts {
  readonly createEngine: CreateEngine;
  readonly probe?: (src: string, signal: AbortSignal) => Promise<Finding>;
  readonly now?: () => number;
  readonly random?: () => number;
}

const tickMs = 80;
const broadcastPausedAfter = 4000;
const behindShown = 1.5;
/** Seconds from the edge at which a viewer who was further back means the live picture. */
const nearLive = 8;

export class Player {
  readonly video: HTMLVideoElement;
  readonly pace = new Pace();
  private readonly events: PlayerEvents;
  private readonly parts: Required<PlayerParts>;
  private readonly recovery: Recovery;
  private readonly cues: CueScheduler;
  private readonly cueClock: CueClock;
  private readonly latencyMeter = new LatencyMeter();
  private readonly watchdog = new Watchdog();
  private readonly gone = new AbortController();
  private readonly slot = new EngineSlot();
  private src = '';
  private waitTimer: ReturnType<typeof setTimeout> | undefined;
  private ticker: ReturnType<typeof setInterval> | undefined;
  private probing: AbortController | null = null;
  private wantsPlay = false;
  private moved = false;
  private starved = false;
  private captionsWanted = false;
  private readonly shift = new TimeShift();
  /** Media time to begin with. */
  private from: number | null = null;
  speed = 1;
  hasCaptions = false;

  constructor(video: HTMLVideoElement, events: PlayerEvents, parts: PlayerParts) {
    this.video = video;
    this.events = events;
    this.parts = {
      probe: lookAt,
      now: () => performance.now(),
      random: Math.random,
      ...parts,
    };
    this.recovery = new Recovery(this.parts.random);
    this.cues = new CueScheduler((cue) => events.metadata(cue));
    this.cueClock = new CueClock(video, this.cues);
    this.listen();
  }

  private listen(): void {
    const { signal } = this.gone;
    const changed = () => this.events.changed();
    for (const name of [
      'play',
      'playing',
      'waiting',
      'seeking',
      'seeked',
      'loadeddata',
      'volumechange',
      'resize',
    ]) {
      this.video.addEventListener(name, changed, { signal });
    }
    this.video.addEventListener('pause', () => this.paused(), { signal });
    this.video.addEventListener('canplay', () => this.canPlay(), { signal });
    this.video.addEventListener('ended', () => this.finished(), { signal });
    globalThis.addEventListener('offline', () => this.tell({ type: 'offline' }), { signal });
    globalThis.addEventListener('online', () => this.tell({ type: 'online' }), { signal });
    document.addEventListener('visibilitychange', () => this.visibility(), { signal });
    this.video.textTracks?.addEventListener('addtrack', () => this.showTracks(), { signal });
  }

  /** Plays another address, from a media time if one is given; an empty one stops. */
  load(src: string, autoplay: boolean, from: number | null = null): void {
    if (this.src !== '') this.tell({ type: 'stop' });
    this.src = src;
    this.shift.leave();
    this.from = from;
    this.speed = 1;
    this.cues.clear();
    this.hasCaptions = false;
    this.pace.restart();
    if (src === '') {
      this.events.changed();
      return;
    }
    this.wantsPlay = autoplay;
    this.tell({ type: 'start' });
    if (navigator.onLine === false) this.tell({ type: 'offline' });
  }

  destroy(): void {
    this.load('', false);
    this.gone.abort();
    this.cueClock.stop();
    clearInterval(this.ticker);
  }

  /** After an error: from the beginning. */
  retry(): void {
    this.tell({ type: 'start' });
  }

  // ---- what the viewer does

  play(): void {
    this.wantsPlay = true;
    if (this.video.ended) this.video.currentTime = 0;
    this.startPlaying();
    this.events.changed();
  }
  pause(): void {
    this.wantsPlay = false;
    this.video.pause();
    this.events.changed();
  }
  toggle(): void {
    if (this.wantsPlay && !this.video.ended) this.pause();
    else this.play();
  }
  seekTo(time: number): void {
    const range = this.seekable;
    if (!range) return;
    const to = Math.min(Math.max(time, range.start), Math.max(range.start, range.end));
    const margin = this.shift.on ? nearLive : this.pace.aim + 0.5;
    if (this.live && to >= range.end - margin) {
      this.goLive();
      return;
    }
    const here = seekableSpan(this.video, this.engine, this.live);
    const wall = here && to < here.start ? (this.engine?.wallClock(to) ?? null) : null;
    if (wall !== null) {
      this.shift.enter(wall);
      this.cues.viewerSought(to);
      this.wantsPlay = true;
      this.carryOut({ type: 'open' });
      this.events.changed();
      return;
    }
    this.cues.viewerSought(to);
    this.video.currentTime = to;
    this.pace.viewerSought(to, Math.max(bufferedEnd(this.video), range.end));
    this.events.changed();
  }
  goLive(): void {
    if (!this.live) return;
    if (this.shift.on) {
      this.shift.leave();
      this.speed = 1;
      this.wantsPlay = true;
      this.carryOut({ type: 'open' });
      this.events.changed();
      return;
    }
    const end = bufferedEnd(this.video);
    const edge = this.engine?.edge ?? end;
    // The buffer may not reach the edge after a long pause; then the playlist knows better.
    const to = this.pace.goLive(Math.abs(edge - end) > 3 ? edge : end, this.parts.now() / 1000);
    if (to > this.video.currentTime) {
      this.cues.viewerSought(to);
      this.video.currentTime = to;
    }
    this.play();
  }
  /** How fast a recording plays; what is live has its own pace. */
  chooseSpeed(speed: number): void {
    if (!this.hasSpeed) return;
    this.speed = speed;
    this.video.playbackRate = speed;
    this.events.changed();
  }
  /** Where viewers can go back to in a broadcast that is on: an address, and since when it has media. */
  offerShift(src: string, since: number | null): void {
    this.shift.offer(src, since);
  }
  chooseQuality(id: number): void {
    this.engine?.choose(id);
  }
  /** Captions need the larger engine; changing to it rebuilds the picture once. */
  setCaptions(wanted: boolean): void {
    this.captionsWanted = wanted;
    if (wanted && this.engine && !this.slot.showsCaptions) this.carryOut({ type: 'open' });
    this.showTracks();
    this.events.changed();
  }

  // ---- what the controls show

  get state(): PlayerState {
    const { ended, paused, readyState } = this.video;
    const { wantsPlay, moved, starved } = this;
    return deriveState(this.recovery.phase, {
      ended,
      paused,
      readyState,
      wantsPlay,
      moved,
      starved,
    });
  }
  get trouble(): Trouble {
    if (this.recovery.reason) return this.recovery.reason;
    const quiet = this.watchdog.edgeQuiet(this.parts.now());
    return this.state === 'buffering' && this.live && quiet > broadcastPausedAfter
      ? 'broadcastPaused'
      : null;
  }
  get live(): boolean {
    return this.engine !== null && !this.engine.recording && this.engine.live !== false;
  }
  get currentEngine(): Engine | null {
    return this.slot.engine;
  }
  private get engine(): Engine | null {
    return this.slot.engine;
  }
  get captions(): boolean {
    return this.captionsWanted;
  }
  get bufferAhead(): number {
    return Math.max(0, bufferedEnd(this.video) - this.video.currentTime);
  }
  get seekable(): Span | null {
    const span = seekableSpan(this.video, this.engine, this.live);
    return span && this.live && this.engine ? this.shift.widen(span, this.engine) : span;
  }
  /** What plays has its end: nothing of it is live. */
  get recording(): boolean {
    return this.engine?.recording === true;
  }
  /** Watching what was, in a broadcast that is still on. */
  get shifted(): boolean {
    return this.shift.on && this.live;
  }
  get hasSpeed(): boolean {
    return this.recording || this.shifted;
  }
  /** Epoch milliseconds of what is seen, on the server's clock; null where the media does not tell. */
  get wallClock(): number | null {
    return this.engine?.wallClock(this.video.currentTime) ?? null;
  }
  /** Seconds behind the live edge, beyond what is aimed for; null when with it. */
  get behind(): number | null {
    if (!this.live || (this.pace.following && !this.shift.on)) return null;
    if (this.shift.on) return Math.max(0, (this.engine?.edge ?? 0) - this.video.currentTime);
    const edge = Math.max(bufferedEnd(this.video), this.engine?.edge ?? 0);
    const seconds = edge - this.video.currentTime - this.pace.aim;
    return seconds > behindShown ? seconds : null;
  }
  get latency(): number | null {
    const { engine } = this;
    if (!this.live || this.shift.on || !engine || !this.moved) return null;
    return this.latencyMeter.at(this.video.currentTime, engine);
  }
  get stats(): Stats {
    return collectStats(this.video, this.engine, this.pace, this.latency);
  }

  // ---- recovery's hands

  private tell(event: Event): void {
    if (event.type === 'fault' || event.type === 'stuck') this.watchdog.troubled();
    for (const action of this.recovery.handle(event)) this.carryOut(action);
    this.events.changed();
  }

  private carryOut(action: Action): void {
    switch (action.type) {
      case 'open':
        void this.openEngine();
        return;
      case 'close':
        this.closeEngine();
        return;
      case 'resume':
        this.engine?.resume();
        return;
      case 'recoverMedia':
        this.engine?.recoverMedia();
        this.startPlaying();
        return;
      case 'nudge':
        this.video.currentTime += 0.15;
        return;
      case 'probe':
        void this.look();
        return;
      case 'wait':
        clearTimeout(this.waitTimer);
        this.waitTimer = setTimeout(() => this.tell({ type: 'timer' }), action.ms);
    }
  }

  private closeEngine(): void {
    this.slot.close();
    this.probing?.abort();
    clearTimeout(this.waitTimer);
    clearInterval(this.ticker);
    this.starved = this.moved = false;
  }

  private async openEngine(): Promise<void> {
    this.closeEngine();
    this.cues.newTimeline();
    this.pace.restart();
    this.watchdog.reset(this.parts.now());
    this.latencyMeter.newTimeline();
    try {
      const { createEngine } = this.parts;
      const engine = await this.slot.open(createEngine, this.video, this.engineEvents, {
        captions: this.captionsWanted,
        shifted: this.shift.on,
      });
      if (!engine) return;
      this.ticker = setInterval(() => this.tick(), tickMs);
      const from = this.from === null ? null : { position: this.from };
      engine.load(this.address, this.shift.on ? { wall: this.shift.wall } : from);
      if (this.wantsPlay) this.startPlaying();
    } catch {
      this.tell({ type: 'fault', kind: 'network', atManifest: true, status: 0 });
    }
  }

  private readonly engineEvents: EngineEvents = {
    opened: () => {
      if (this.engine?.live === false && !this.engine.recording) this.finished();
      else this.tell({ type: 'opened' });
    },
    serverMoment: (moment) => this.latencyMeter.learn(moment),
    fault: (kind, atManifest, status, code = '') =>
      this.tell({ type: 'fault', kind, atManifest, status, code }),
    id3: (time, data) => this.readTag(time, data),
    qualities: () => this.events.changed(),
    captions: () => {
      this.hasCaptions = true;
      this.events.changed();
    },
  };

  private readTag(time: number, data: Uint8Array): void {
    const wall = this.engine?.wallClock(time) ?? null;
    for (const frame of readId3(data)) {
      const mark = latencyMark(frame);
      if (mark) this.latencyMeter.sawMark(time, mark.receivedAt);
      else if (frame.owner !== 'segmentmetadata')
        this.cues.add({ ...frame, time }, wall === null ? null : wall / 1000);
    }
  }

  private async look(): Promise<void> {
    this.probing?.abort();
    const mine = new AbortController();
    this.probing = mine;
    const finding = await this.parts.probe(this.address, mine.signal);
    if (!mine.signal.aborted) this.tell({ type: 'found', finding });
  }

  private finished(): void {
    if (this.engine && !this.engine.recording) this.tell({ type: 'finished' });
    else this.events.changed();
  }

  // ---- playing

  private startPlaying(): void {
    void startPlayback(this.video).then((how) => {
      if (how === 'muted') this.events.mutedByBrowser();
      if (how === 'refused') this.wantsPlay = false;
      this.events.changed();
    });
  }

  private paused(): void {
    const { video } = this;
    // Browsers pause too: hidden muted pages, a call that takes the sound, a decoder that failed and whose
    // repair empties the element. Only a visible pause of a healthy picture is the viewer's (media keys).
    const healthy =
      this.moved && !video.ended && !video.seeking && !video.error && video.readyState >= 2;
    if (document.visibilityState === 'visible' && this.engine && healthy) this.wantsPlay = false;
    this.events.changed();
  }

  /** There is media again for someone who wants to watch: after a repair the element stands paused. */
  private canPlay(): void {
    if (this.wantsPlay && this.video.paused && !this.video.ended && this.engine) {
      this.pace.resumedByItself();
      this.startPlaying();
    }
  }

  private visibility(): void {
    if (document.visibilityState === 'visible') this.canPlay();
    if (this.engine) this.tick();
  }

  private tick(): void {
    const { video, engine } = this;
    if (!engine) return;
    const now = this.parts.now();
    const position = video.currentTime;
    const end = bufferedEnd(video);
    const before = this.state;
    const was = this.moved;
    if (!this.moved && !video.paused && video.readyState >= 3) this.moved = true;
    this.starved = this.moved && !video.paused && !video.seeking && video.readyState < 3;
    this.cueClock.tick(now);
    if (this.hasSpeed) {
      this.follow(engine, position);
    } else if (engine.kind === 'hls' && engine.live && this.moved)
      steer(video, this.pace, now / 1000, this.latency, this.starved);
    const diagnosis = this.watchdog.look({
      now,
      position,
      ahead: end - position,
      shouldMove: this.wantsPlay && !video.ended && document.visibilityState === 'visible',
      edge: engine.edge,
      complete: engine.live === false && !engine.recording,
    });
    if (diagnosis === 'steady') this.tell({ type: 'steady' });
    else if (diagnosis === 'over') this.finished();
    else if (diagnosis === 'stuck') this.tell({ type: 'stuck' });
    else if (diagnosis === 'hungry')
      this.tell({ type: 'fault', kind: 'network', atManifest: false, status: 0 });
    if (was !== this.moved || before !== this.state) this.events.changed();
  }

  /** Keeps what another engine would have to begin with, and the viewer's speed. */
  private follow(engine: Engine, position: number): void {
    const wall = engine.wallClock(position);
    if (this.moved && wall !== null) this.shift.at(wall);
    if (this.moved && this.recording) this.from = position;
    if (Math.abs(this.video.playbackRate - this.speed) > 0.001)
      this.video.playbackRate = this.speed;
  }
  private get address(): string {
    return this.shift.on ? this.shift.src : this.src;
  }

  private showTracks(): void {
    for (const track of Array.from(this.video.textTracks ?? [])) {
      if (track.kind === 'captions' || track.kind === 'subtitles')
        track.mode = this.captionsWanted ? 'showing' : 'hidden';
    }
  }
}
