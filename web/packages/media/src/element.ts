/**
 * `<rostrum-player src poster? muted? autoplay? target-latency? bare?>`: low-latency playback of a channel, or a
 * recording, from the second `start-at` if it is given. `storyboard` is a WebVTT file with pictures for the seek
 * bar. `time-shift` is the address of what was recorded so far of a running broadcast, `time-shift-since` (a
 * date) when that begins: then viewers can go back there.
 *
 * Events: `rostrum-state` {state, trouble} when either changes, `rostrum-metadata` {text, owner, time} at the
 * cue's media time, `rostrum-stats` (Stats) once a second while there is a picture.
 * Read-only: `state`, `latency`, `bufferAhead`, `stats`, `recording`, `shifted`, `wallClock`. `bare` leaves the controls out, for previews.
 */
import { createEngine } from './engine/create';
import { Player, type PlayerParts } from './player/player';
import type { Metadata, PlayerState, Stats, Trouble } from './player/types';
import { Skin } from './ui/skin';
import { setPlayerLanguage, strings } from './ui/strings';
import { build, type Parts } from './ui/template';

export interface PlayerEventMap {
  'rostrum-state': CustomEvent<{ readonly state: PlayerState; readonly trouble: Trouble }>;
  'rostrum-metadata': CustomEvent<Metadata>;
  'rostrum-stats': CustomEvent<Stats>;
}

const drawEvery = 250;

export class RostrumPlayer extends HTMLElement {
  static readonly observedAttributes = [
    'src',
    'poster',
    'muted',
    'target-latency',
    'storyboard',
    'time-shift',
    'time-shift-since',
  ];
  /** What plays; tests put their own in before the element is connected. */
  static parts: PlayerParts = { createEngine };

  private parts_: Parts | null = null;
  private player: Player | null = null;
  private skin: Skin | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private shown: { state: PlayerState; trouble: Trouble } = { state: 'idle', trouble: null };
  private rounds = 0;

  connectedCallback(): void {
    if (this.player) return;
    if (!this.hasAttribute('tabindex') && !this.hasAttribute('bare')) this.tabIndex = 0;
    if (!this.hasAttribute('role')) this.setAttribute('role', 'region');
    if (!this.hasAttribute('aria-label')) this.setAttribute('aria-label', strings.player);
    const parts = build(this.shadowRoot ?? this.attachShadow({ mode: 'open' }));
    this.parts_ = parts;
    const player = new Player(
      parts.video,
      {
        changed: () => this.changed(),
        metadata: (cue) => this.tell('rostrum-metadata', cue),
        mutedByBrowser: () => {
          if (this.skin) this.skin.mutedByBrowser = true;
        },
      },
      RostrumPlayer.parts,
    );
    this.player = player;
    const skin = new Skin(this, parts, player);
    this.skin = skin;
    parts.video.muted = this.hasAttribute('muted') || skin.prefersMuted;
    this.addEventListener('keydown', this.ownKey);
    this.timer = setInterval(() => this.round(), drawEvery);
    this.setPoster();
    this.setTarget();
    this.setStoryboard();
    this.setShift();
    if (skin.prefersCaptions) player.setCaptions(true);
    this.start();
    skin.draw();
  }

  disconnectedCallback(): void {
    // Moving the element in the page disconnects and connects it in one go: only a lasting absence ends it.
    queueMicrotask(() => {
      if (this.isConnected) return;
      clearInterval(this.timer);
      this.removeEventListener('keydown', this.ownKey);
      this.player?.destroy();
      this.skin?.destroy();
      this.player = this.skin = this.parts_ = null;
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.player || before === after) return;
    if (name === 'src') this.start();
    else if (name === 'poster') this.setPoster();
    else if (name === 'target-latency') this.setTarget();
    else if (name === 'storyboard') this.setStoryboard();
    else if (name.startsWith('time-shift')) this.setShift();
    else if (name === 'muted') this.player.video.muted = after !== null;
  }

  get src(): string {
    return this.getAttribute('src') ?? '';
  }
  set src(src: string) {
    this.setAttribute('src', src);
  }
  get state(): PlayerState {
    return this.player?.state ?? 'idle';
  }
  get trouble(): Trouble {
    return this.player?.trouble ?? null;
  }
  get latency(): number | null {
    return this.player?.latency ?? null;
  }
  get bufferAhead(): number {
    return this.player?.bufferAhead ?? 0;
  }
  get stats(): Stats | null {
    return this.player?.stats ?? null;
  }
  /** What plays is whole: a recording. */
  get recording(): boolean {
    return this.player?.recording ?? false;
  }
  /** Watching what was, in a broadcast that is still on. */
  get shifted(): boolean {
    return this.player?.shifted ?? false;
  }
  /** Epoch milliseconds of what is seen, on the server's clock; null where the media does not tell. */
  get wallClock(): number | null {
    return this.player?.wallClock ?? null;
  }
  /** The video element inside, for screenshots and measurements. */
  get video(): HTMLVideoElement | null {
    return this.parts_?.video ?? null;
  }
  play(): void {
    this.player?.play();
  }
  pause(): void {
    this.player?.pause();
  }
  goLive(): void {
    this.player?.goLive();
  }
  /** Goes to a media time in seconds. */
  seekTo(time: number): void {
    this.player?.seekTo(time);
  }
  /** Lets a page hand over keys pressed outside the player. */
  handleKey(event: KeyboardEvent): void {
    this.skin?.key(event);
  }

  private readonly ownKey = (event: KeyboardEvent): void => {
    if (event.composedPath()[0] === this) this.skin?.key(event);
  };

  private start(): void {
    const from = Number.parseFloat(this.getAttribute('start-at') ?? '');
    this.player?.load(this.src, this.hasAttribute('autoplay'), from > 0 ? from : null);
  }
  private setPoster(): void {
    if (!this.parts_ || !this.skin) return;
    this.skin.poster = this.getAttribute('poster') ?? '';
    if (this.skin.poster) this.parts_.poster.src = this.skin.poster;
  }
  private setStoryboard(): void {
    this.skin?.preview.setStoryboard(this.getAttribute('storyboard') ?? '');
  }
  private setShift(): void {
    const since = Date.parse(this.getAttribute('time-shift-since') ?? '');
    this.player?.offerShift(
      this.getAttribute('time-shift') ?? '',
      Number.isNaN(since) ? null : since,
    );
  }
  private setTarget(): void {
    const wished = Number.parseFloat(this.getAttribute('target-latency') ?? '');
    if (this.player)
      this.player.pace.targetLatency = Number.isFinite(wished) && wished > 0 ? wished : null;
  }

  private changed(): void {
    if (!this.player) return;
    const { state, trouble } = this.player;
    this.skin?.draw();
    if (state === this.shown.state && trouble === this.shown.trouble) return;
    this.shown = { state, trouble };
    this.tell('rostrum-state', this.shown);
  }

  private round(): void {
    const { player, skin } = this;
    if (!player || !skin) return;
    this.changed();
    this.rounds += 1;
    if (this.rounds % 2 === 0) skin.stats.show(player.stats);
    if (this.rounds % 4 === 0 && player.currentEngine) this.tell('rostrum-stats', player.stats);
  }

  private tell<K extends keyof PlayerEventMap>(type: K, detail: PlayerEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** `language` (en, de) is what players speak that come from now on. */
export function definePlayer(language?: string): void {
  if (language !== undefined) setPlayerLanguage(language);
  if (!customElements.get('rostrum-player')) customElements.define('rostrum-player', RostrumPlayer);
}
