import { useEffect, useRef, useState, type Ref } from 'react';
import type { PlayerState, RostrumPlayer } from '@rostrum/media';
import { preloadEngine } from '@rostrum/media/preload';
import { words } from '../words';
import { followLanguage } from '../language';
import './Player.css';

declare module 'react' {
  // JSX learns elements by declaration merging, for which a namespace is the only form.
  namespace JSX {
    interface IntrinsicElements {
      'rostrum-player': {
        ref?: Ref<RostrumPlayer>;
        src?: string;
        autoplay?: '';
        muted?: '';
        bare?: '';
        poster?: string;
        storyboard?: string;
        'start-at'?: string;
        'time-shift'?: string;
        'time-shift-since'?: string;
        'aria-label'?: string;
        'aria-hidden'?: 'true';
        class?: string;
        style?: CSSProperties;
      };
    }
  }
}

export interface PlayerProps {
  readonly src: string;
  readonly label: string;
  readonly muted?: boolean;
  /** Without controls, for a preview that is part of a link. */
  readonly bare?: boolean;
  readonly onState?: (state: PlayerState) => void;
  /** Keys pressed anywhere on the page reach the player. */
  readonly pageKeys?: boolean;
  readonly poster?: string | undefined;
  /** A recording's WebVTT file with pictures for the seek bar. */
  readonly storyboard?: string | undefined;
  /** Seconds. */
  readonly startAt?: number | undefined;
  /** Where viewers of a running broadcast can go back to, and since when (a date). */
  readonly timeShift?: { readonly url: string; readonly since: string } | null | undefined;
  /** The element, for pages that steer it; null when it has gone. */
  readonly onElement?: (element: RostrumPlayer | null) => void;
}

let isDefined = false;

/** Fetches the player's code before there is a place for it. */
export function preloadPlayer(): void {
  preloadEngine();
  import('@rostrum/media').catch(() => undefined);
}

/** The player element; its code is fetched when the first one is shown. */
export function Player(props: PlayerProps) {
  const { src, label, muted, bare, onState, pageKeys, poster, onElement } = props;
  const { storyboard, startAt, timeShift } = props;
  const element = useRef<RostrumPlayer>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    preloadEngine();
    void import('@rostrum/media').then(
      ({ definePlayer }) => {
        if (isDefined) return;
        isDefined = true;
        followLanguage(definePlayer);
      },
      () => setFailed(true),
    );
  }, []);
  useEffect(() => {
    const player = element.current;
    if (!player || !onState) return;
    const told = (event: Event) =>
      onState((event as CustomEvent<{ state: PlayerState }>).detail.state);
    player.addEventListener('rostrum-state', told);
    return () => player.removeEventListener('rostrum-state', told);
  }, [onState]);
  useEffect(() => {
    onElement?.(element.current);
    return () => onElement?.(null);
  }, [onElement, failed]);
  useEffect(() => {
    if (!pageKeys) return;
    const pressed = (event: KeyboardEvent) => {
      const player = element.current;
      if (player && !event.composedPath().includes(player)) player.handleKey?.(event);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [pageKeys]);
  if (failed) {
    return (
      <div className="player-missing" role="alert">
        {words.playerMissing} <a href="">{words.reload}</a>
      </div>
    );
  }
  return (
    <rostrum-player
      ref={element}
      class="player"
      src={src}
      autoplay=""
      aria-label={label}
      {...(poster ? { poster } : {})}
      {...(storyboard ? { storyboard } : {})}
      {...(startAt ? { 'start-at': String(startAt) } : {})}
      {...(timeShift ? { 'time-shift': timeShift.url, 'time-shift-since': timeShift.since } : {})}
      {...(muted ? { muted: '' as const } : {})}
      {...(bare ? { bare: '' as const, 'aria-hidden': 'true' as const } : {})}
    />
  );
}
