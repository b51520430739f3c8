/** Draws the player's controls and turns what the viewer does into calls of `Player`. */
import type { Player } from '../player/player';
import { watchGestures } from './gestures';
import { icon, type IconName } from './icons';
import { commandFor, type Command } from './keys';
import { Menu, type MenuItem } from './menu';
import { readPreferences, writePreferences } from './preferences';
import { canFull, canPip, isFull, toggleFull, togglePip } from './screen';
import { StatsPanel } from './stats-panel';
import { SeekPreview } from './seek-preview';
import { bitrate, clock, messageFor, noticeFor, qualityName, strings } from './strings';
import { mark, type Parts } from './template';

const fadeAfter = 3000;
const spinnerAfter = 350;
const seekStep = 5;
const volumeStep = 0.05;
/** A shorter window than this is not worth a slider. */
const worthSeeking = 20;
const seekSteps = 10_000;
const speeds = [0.5, 1, 1.25, 1.5, 2];

function set(element: HTMLElement, attribute: string, value: string): void {
  if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
}
function face(button: HTMLElement, name: IconName, label: string): void {
  if (button.dataset['face'] === name) return;
  button.dataset['face'] = name;
  button.innerHTML = icon(name);
  button.setAttribute('aria-label', label);
  button.title = label;
}
function words(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export class Skin {
  readonly stats: StatsPanel;
  private readonly host: HTMLElement;
  private readonly parts: Parts;
  private readonly player: Player;
  private readonly menu: Menu;
  readonly preview: SeekPreview;
  private readonly preferences = readPreferences();
  private readonly gone = new AbortController();
  private fadeTimer: ReturnType<typeof setTimeout> | undefined;
  private spinTimer: ReturnType<typeof setTimeout> | undefined;
  private touchedControls = false;
  private seeking = false;
  mutedByBrowser = false;
  poster = '';

  constructor(host: HTMLElement, parts: Parts, player: Player) {
    this.host = host;
    this.parts = parts;
    this.player = player;
    this.menu = new Menu(parts.menu, parts.quality);
    this.preview = new SeekPreview(parts, player, this.gone.signal);
    this.stats = new StatsPanel(parts.stats, () => this.perform('statistics'));
    player.video.volume = this.preferences.volume;
    this.listen();
  }

  /** The viewer's own choice of earlier visits, for a player that was not told to be muted. */
  get prefersMuted(): boolean {
    return this.preferences.muted;
  }
  get prefersCaptions(): boolean {
    return this.preferences.captions;
  }

  private listen(): void {
    const { parts, player } = this;
    const on = (element: EventTarget, name: string, act: (event: Event) => void) =>
      element.addEventListener(name, act, { signal: this.gone.signal });
    on(parts.play, 'click', () => player.toggle());
    on(parts.start, 'click', () => player.play());
    on(parts.retry, 'click', () => player.retry());
    on(parts.mute, 'click', () => this.perform('mute'));
    on(parts.unmute, 'click', () => this.setMuted(false));
    on(parts.level, 'input', () => this.setVolume(Number(parts.level.value)));
    on(parts.live, 'click', () => player.goLive());
    on(parts.captions, 'click', () => this.perform('captions'));
    on(parts.quality, 'click', () =>
      this.menu.open ? this.menu.close() : this.menu.show(this.items()),
    );
    on(parts.pip, 'click', () => void togglePip(player.video));
    on(parts.full, 'click', () => this.perform('fullscreen'));
    on(parts.seek, 'input', () => {
      this.seeking = true;
    });
    on(parts.seek, 'change', () => {
      this.seeking = false;
      const range = player.seekable;
      if (range)
        player.seekTo(
          range.start + (Number(parts.seek.value) / seekSteps) * (range.end - range.start),
        );
    });
    watchGestures(parts.surface, {
      click: () => (this.menu.open ? this.menu.close() : this.bare || player.toggle()),
      tap: () => (this.menu.open ? this.menu.close() : this.quiet ? this.wake() : this.fade()),
      doubleTap: (where) =>
        this.perform(where === 'left' ? 'back' : where === 'right' ? 'forward' : 'fullscreen'),
      move: () => this.wake(),
    });
    on(parts.controls, 'pointermove', () => this.wake());
    on(parts.controls, 'pointerenter', () => {
      this.touchedControls = true;
    });
    on(parts.controls, 'pointerleave', () => {
      this.touchedControls = false;
    });
    on(this.host, 'focusin', () => this.wake());
    on(this.host, 'pointerleave', () => this.fadeSoon(600));
    on(document, 'fullscreenchange', () => this.draw());
    on(parts.root, 'keydown', (event) => this.key(event as KeyboardEvent));
  }

  destroy(): void {
    this.gone.abort();
    clearTimeout(this.fadeTimer);
    clearTimeout(this.spinTimer);
  }

  /** A key press inside the player, or one that the page hands over. */
  key(event: KeyboardEvent): void {
    if (this.bare) return;
    const target = (event.composedPath()[0] ?? event.target) as EventTarget | null;
    const command = commandFor(event, target);
    if (command === null || !this.perform(command)) return;
    event.preventDefault();
    event.stopPropagation();
    if (command !== 'escape') this.wake();
  }

  private get bare(): boolean {
    return this.host.hasAttribute('bare');
  }

  /** False when there was nothing to do, so that the key may mean something elsewhere. */
  perform(command: Command): boolean {
    const { player } = this;
    const position = player.video.currentTime;
    switch (command) {
      case 'toggle':
        player.toggle();
        return true;
      case 'mute':
        this.setMuted(!player.video.muted);
        return true;
      case 'louder':
      case 'softer':
        this.setVolume(player.video.volume + (command === 'louder' ? volumeStep : -volumeStep));
        return true;
      case 'back':
        player.seekTo(position - seekStep);
        return true;
      case 'forward':
        player.seekTo(position + seekStep);
        return true;
      case 'live':
        player.goLive();
        return true;
      case 'start':
      case 'end':
        if (!player.seekable) return false;
        player.seekTo(command === 'start' ? player.seekable.start : player.seekable.end);
        return true;
      case 'fullscreen':
        void toggleFull(this.host, player.video);
        return true;
      case 'captions':
        if (!player.hasCaptions) return false;
        this.preferences.captions = !player.captions;
        writePreferences(this.preferences);
        player.setCaptions(this.preferences.captions);
        return true;
      case 'statistics':
        this.stats.open = !this.stats.open;
        this.stats.show(player.stats);
        return true;
      case 'escape':
        if (this.menu.open) this.menu.close();
        else if (this.stats.open) this.stats.open = false;
        else return false;
        return true;
    }
  }

  private setMuted(muted: boolean): void {
    const { video } = this.player;
    video.muted = muted;
    if (!muted && video.volume === 0) video.volume = 0.5;
    this.mutedByBrowser = false;
    this.preferences.muted = muted;
    writePreferences(this.preferences);
    this.draw();
  }
  private setVolume(volume: number): void {
    const { video } = this.player;
    video.volume = Math.min(1, Math.max(0, volume));
    this.preferences.volume = video.volume;
    this.setMuted(video.volume === 0);
  }

  private items(): MenuItem[] {
    const engine = this.player.currentEngine;
    const qualities = [...(engine?.qualities ?? [])].sort(
      (a, b) => b.height - a.height || b.bitrate - a.bitrate,
    );
    const choices: MenuItem[] = qualities.map((quality) => ({
      label: qualityName(quality),
      hint: quality.bitrate > 0 ? bitrate(quality.bitrate) : '',
      checked: engine?.chosen === quality.id || qualities.length === 1,
      perform: () => this.player.chooseQuality(quality.id),
    }));
    if (qualities.length > 1) {
      const playing = engine?.playing;
      choices.unshift({
        label:
          playing && engine.chosen < 0 ? strings.autoPlaying(qualityName(playing)) : strings.auto,
        hint: '',
        checked: engine?.chosen === -1,
        perform: () => this.player.chooseQuality(-1),
      });
    }
    const pace: MenuItem[] = !this.player.hasSpeed
      ? []
      : speeds.map((speed) => ({
          label: strings.speed(speed),
          hint: '',
          checked: this.player.speed === speed,
          group: 'speed',
          perform: () => this.player.chooseSpeed(speed),
        }));
    return [
      ...choices,
      ...pace,
      {
        label: strings.statistics,
        hint: 'i',
        checked: null,
        icon: 'gauge',
        perform: () => void this.perform('statistics'),
      },
    ];
  }

  // ---- controls that come and go

  private get quiet(): boolean {
    return this.parts.root.classList.contains('quiet');
  }
  wake(): void {
    this.parts.root.classList.remove('quiet');
    this.fadeSoon(fadeAfter);
  }
  private fadeSoon(after: number): void {
    clearTimeout(this.fadeTimer);
    this.fadeTimer = setTimeout(() => this.fade(), after);
  }
  private fade(): void {
    const state = this.player.state;
    const focused = this.host.shadowRoot?.activeElement;
    const atKeys = focused instanceof HTMLElement && focused.matches(':focus-visible');
    if (
      this.menu.open ||
      atKeys ||
      this.touchedControls ||
      (state !== 'playing' && state !== 'buffering')
    )
      return;
    this.parts.root.classList.add('quiet');
  }

  // ---- drawing

  draw(): void {
    const { parts, player } = this;
    const { video, state, trouble } = player;
    const message = messageFor(state, trouble, player.recording);
    if (parts.message.hidden && message) words(parts.aloud, `${message.title}. ${message.text}`);
    parts.message.hidden = message === null;
    parts.message.classList.toggle('fault', state === 'error');
    if (message) {
      if (parts.messageSign.dataset['sign'] !== message.sign) {
        parts.messageSign.dataset['sign'] = message.sign;
        parts.messageSign.innerHTML = message.sign === 'mark' ? mark : icon(message.sign);
      }
      words(parts.messageTitle, message.title);
      words(parts.messageText, message.text);
      parts.retry.hidden = !message.retry;
    }
    const notice = message ? '' : noticeFor(trouble);
    if (parts.noticeWords.textContent !== notice) {
      words(parts.noticeWords, notice);
      parts.noticeSign.innerHTML = icon(trouble === 'offline' ? 'offline' : 'warning');
      words(parts.aloud, notice);
    }
    parts.notice.hidden = notice === '';
    parts.poster.hidden =
      this.poster === '' || message !== null || !(state === 'loading' || state === 'idle');
    parts.start.hidden =
      !(state === 'paused' && video.currentTime === 0) && !(state === 'ended' && message === null);
    set(parts.start, 'aria-label', state === 'ended' ? strings.playAgain : strings.play);
    this.drawSpinner(state === 'loading' || state === 'buffering');

    const silent = video.muted || video.volume === 0;
    face(
      parts.play,
      state === 'playing' || state === 'buffering' || state === 'loading' ? 'pause' : 'play',
      state === 'paused' || state === 'ended' ? strings.play : strings.pause,
    );
    face(
      parts.mute,
      silent ? 'volumeOff' : video.volume < 0.5 ? 'volumeLow' : 'volume',
      silent ? strings.unmute : strings.mute,
    );
    parts.level.value = String(silent ? 0 : video.volume);
    parts.level.style.setProperty('--value', parts.level.value);
    parts.unmute.hidden = !(this.mutedByBrowser && video.muted && message === null);
    face(
      parts.full,
      isFull(this.host) ? 'minimize' : 'maximize',
      isFull(this.host) ? strings.exitFullscreen : strings.fullscreen,
    );
    parts.full.hidden = !canFull(video);
    parts.pip.hidden = !canPip(video) || message !== null;
    parts.captions.hidden = !player.hasCaptions;
    set(parts.captions, 'aria-pressed', String(player.captions));
    set(parts.captions, 'aria-label', player.captions ? strings.captionsOff : strings.captionsOn);
    parts.controls.hidden = message !== null || state === 'idle';
    const playing = player.currentEngine?.playing;
    const showing = playing ? qualityName(playing) : '';
    words(parts.qualityName, showing);
    set(parts.quality, 'aria-label', strings.qualityOf(showing));
    if (state !== 'playing' && state !== 'buffering') this.parts.root.classList.remove('quiet');
    else if (!this.quiet && this.fadeTimer === undefined) this.fadeSoon(fadeAfter);
    this.drawTime();
  }

  private drawSpinner(wanted: boolean): void {
    if (!wanted) {
      clearTimeout(this.spinTimer);
      this.spinTimer = undefined;
      this.parts.spinner.hidden = true;
    } else {
      this.spinTimer ??= setTimeout(() => {
        this.parts.spinner.hidden = false;
      }, spinnerAfter);
    }
  }

  /** What changes with the clock: to be called a few times a second. */
  drawTime(): void {
    const { parts, player } = this;
    const { video } = player;
    const behind = player.behind;
    parts.live.hidden = !player.live;
    parts.live.classList.toggle('at', behind === null && player.trouble === null);
    words(parts.liveDelay, behind === null ? '' : strings.behind(behind));
    set(parts.live, 'aria-label', behind === null ? strings.atLive : strings.goLiveFrom(behind));
    const range = player.seekable;
    const length = range ? range.end - range.start : 0;
    const share = (time: number) =>
      `${range && length > 0 ? Math.min(100, Math.max(0, ((time - range.start) / length) * 100)) : 0}%`;
    parts.played.style.width = share(video.currentTime);
    parts.buffered.style.width = share(video.currentTime + player.bufferAhead);
    parts.seek.hidden = length < worthSeeking && player.live;
    if (!this.seeking && range && length > 0) {
      parts.seek.value = String(
        Math.round(((video.currentTime - range.start) / length) * seekSteps),
      );
      set(
        parts.seek,
        'aria-valuetext',
        player.live
          ? behind === null
            ? strings.atLive
            : strings.behind(behind)
          : `${clock(video.currentTime)} / ${clock(range.end)}`,
      );
    }
    parts.time.hidden = player.live || !range;
    if (!parts.time.hidden)
      words(parts.time, `${clock(video.currentTime)} / ${clock(range?.end ?? 0)}`);
  }
}
