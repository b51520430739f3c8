import css from './player.css?inline';
import { icon } from './icons';
import { strings } from './strings';

export const mark =
  '<svg viewBox="0 0 24 24" fill="none" aria-hidden="true"><path d="M4 11a8 8 0 0 1 16 0" stroke="currentColor" stroke-width="2" stroke-linecap="round"/><rect x="6" y="13.5" width="12" height="3" rx="1" fill="currentColor"/><rect x="3" y="18" width="18" height="3.5" rx="1" fill="currentColor"/></svg>';

/** Written when it is needed: in the language that is spoken then. */
const markup = (): string => `
<style>${css}</style>
<div class="root" part="root">
  <div class="surface"><video playsinline webkit-playsinline preload="auto" part="video"></video></div>
  <img class="poster" alt="" hidden>
  <div class="message" hidden><div class="mark">${mark}</div><h2></h2><p></p><button class="action" type="button" hidden>${strings.retry}</button></div>
  <div class="spinner" hidden><i></i></div>
  <div class="notice" hidden><span class="sign"></span><span class="words"></span></div>
  <button class="unmute" type="button" hidden>${icon('volumeOff')}<span>${strings.tapToUnmute}</span></button>
  <button class="start" type="button" aria-label="${strings.play}" hidden>${icon('play')}</button>
  <div class="stats" role="region" aria-label="${strings.statistics}" hidden></div>
  <div class="controls">
    <div class="line"><i class="buffered"></i><i class="played"></i><input type="range" class="seek" min="0" max="10000" step="1" aria-label="${strings.position}" hidden><div class="preview" aria-hidden="true" hidden><img alt="" hidden><span></span></div></div>
    <div class="row">
      <button class="play" type="button"></button>
      <div class="volume"><button class="mute" type="button"></button><input type="range" class="level" min="0" max="1" step="0.05" aria-label="${strings.volume}"></div>
      <button class="live" type="button" hidden><i></i><b>${strings.live}</b><span></span></button>
      <span class="time" hidden></span>
      <span class="space"></span>
      <button class="captions" type="button" hidden>${icon('captions')}</button>
      <button class="quality" type="button" aria-haspopup="menu" aria-label="${strings.quality}">${icon('quality')}<span></span></button>
      <button class="pip" type="button" aria-label="${strings.pip}" hidden>${icon('pip')}</button>
      <button class="full" type="button" hidden></button>
    </div>
  </div>
  <div class="menu" role="menu" aria-label="${strings.quality}" hidden></div>
  <div class="aloud" role="status" aria-live="polite"></div>
</div>`;

export function build(root: ShadowRoot) {
  root.innerHTML = markup();
  const find = <T extends HTMLElement = HTMLElement>(selector: string): T => {
    const found = root.querySelector<T>(selector);
    if (!found) throw new Error(`player markup lacks ${selector}`);
    return found;
  };
  return {
    root: find('.root'),
    surface: find('.surface'),
    video: find<HTMLVideoElement>('video'),
    poster: find<HTMLImageElement>('.poster'),
    message: find('.message'),
    messageSign: find('.message .mark'),
    messageTitle: find('.message h2'),
    messageText: find('.message p'),
    retry: find('.action'),
    spinner: find('.spinner'),
    notice: find('.notice'),
    noticeSign: find('.notice .sign'),
    noticeWords: find('.notice .words'),
    unmute: find('.unmute'),
    start: find('.start'),
    stats: find('.stats'),
    controls: find('.controls'),
    buffered: find('.buffered'),
    played: find('.played'),
    seek: find<HTMLInputElement>('.seek'),
    preview: find('.preview'),
    previewStill: find<HTMLImageElement>('.preview img'),
    previewTime: find('.preview span'),
    play: find('.play'),
    mute: find('.mute'),
    level: find<HTMLInputElement>('.level'),
    live: find('.live'),
    liveDelay: find('.live span'),
    time: find('.time'),
    captions: find('.captions'),
    quality: find('.quality'),
    qualityName: find('.quality span'),
    pip: find('.pip'),
    full: find('.full'),
    menu: find('.menu'),
    aloud: find('.aloud'),
  };
}
export type Parts = ReturnType<typeof build>;
