/**
 * Decides what to do when something goes wrong, and when to look for the next broadcast. A state machine
 * without timers, network or DOM: events go in, actions come out, the player carries them out.
 */

import { refusalOf, type Refusal } from './refusal';

export type Phase = 'idle' | 'opening' | 'waiting' | 'on' | 'reconnecting' | 'ended' | 'failed';
export type Reason = Refusal | 'unplayable' | 'unreachable' | 'offline' | null;

/** What looking at the playlists said. */
export type Finding = 'live' | 'ended' | 'missing' | Refusal | 'unreachable';

export type Event =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** The first playlist was understood. */
  | { readonly type: 'opened' }
  /** Pictures have moved for some seconds. */
  | { readonly type: 'steady' }
  | {
      readonly type: 'fault';
      readonly kind: 'network' | 'media';
      readonly atManifest: boolean;
      readonly status: number;
      /** What a refusal's body says, empty if nothing is known. */
      readonly code?: string;
    }
  /** The playlist has its end mark and everything was played (or nothing ever was). */
  | { readonly type: 'finished' }
  /** The playhead does not move although there is media to play. */
  | { readonly type: 'stuck' }
  | { readonly type: 'found'; readonly finding: Finding }
  | { readonly type: 'timer' }
  | { readonly type: 'offline' }
  | { readonly type: 'online' };

export type Action =
  | { readonly type: 'open' }
  | { readonly type: 'close' }
  /** Load on with the same engine. */
  | { readonly type: 'resume' }
  | { readonly type: 'recoverMedia' }
  /** Step over whatever the playhead hangs on. */
  | { readonly type: 'nudge' }
  | { readonly type: 'probe' }
  /** Send `timer` after so many milliseconds; replaces an earlier wait. */
  | { readonly type: 'wait'; readonly ms: number };

const mostMediaFaults = 5;
/** How often a session is taken up again although its token would no longer start one. */
const mostResumes = 5;

export class Recovery {
  phase: Phase = 'idle';
  reason: Reason = null;
  private offline = false;
  private attempts = 0;
  private mediaFaults = 0;
  private stuck = 0;
  private played = false;
  /** The server has ended the session that was played with. */
  private sessionOver = false;
  /** What the pending timer is for. */
  private next: 'open' | 'probe' = 'probe';
  private readonly random: () => number;

  constructor(random: () => number = Math.random) {
    this.random = random;
  }

  handle(event: Event): Action[] {
    if (
      this.phase === 'idle' &&
      event.type !== 'start' &&
      event.type !== 'offline' &&
      event.type !== 'online'
    )
      return [];
    switch (event.type) {
      case 'start':
        this.attempts = this.mediaFaults = this.stuck = 0;
        this.played = false;
        return this.open();
      case 'stop':
        this.phase = 'idle';
        this.reason = null;
        return [{ type: 'close' }];
      case 'opened':
        this.phase = 'on';
        this.reason = null;
        return [];
      case 'steady':
        this.played = true;
        this.attempts = this.mediaFaults = this.stuck = 0;
        if (this.phase === 'reconnecting') this.phase = 'on';
        if (this.phase === 'on') this.reason = null;
        return [];
      case 'finished':
        this.phase = 'ended';
        this.attempts = 0;
        return [{ type: 'close' }, this.wait('probe')];
      case 'fault':
        return event.kind === 'media'
          ? this.mediaFault()
          : this.networkFault(event.atManifest, event.status, event.code ?? '');
      case 'stuck':
        return this.hangs();
      case 'found':
        return this.found(event.finding);
      case 'timer':
        if (this.offline) return [];
        return this.next === 'open' ? this.open() : [{ type: 'probe' }];
      case 'offline':
        this.offline = true;
        if (this.phase === 'on' || this.phase === 'opening' || this.phase === 'reconnecting')
          this.reason = 'offline';
        return [];
      case 'online':
        return this.backOnline();
    }
  }

  private open(): Action[] {
    this.sessionOver = false;
    if (this.phase !== 'reconnecting') this.phase = 'opening';
    return [{ type: 'open' }];
  }

  private mediaFault(): Action[] {
    this.mediaFaults += 1;
    if (this.mediaFaults > mostMediaFaults) return this.fail('unplayable');
    if (this.mediaFaults === 1) return [{ type: 'recoverMedia' }];
    this.phase = 'reconnecting';
    // A decoder that was taken away comes back a little later, not at once.
    this.attempts = this.mediaFaults - 1;
    return this.mediaFaults === 2 ? this.open() : [{ type: 'close' }, this.wait('open')];
  }

  private networkFault(atManifest: boolean, status: number, code: string): Action[] {
    const refusal = refusalOf(status, code);
    if (atManifest && refusal) return this.fail(refusal);
    if (refusal) this.sessionOver = true;
    if (atManifest && (status === 404 || status === 410)) return this.absent();
    this.phase = 'reconnecting';
    this.reason = this.offline ? 'offline' : 'unreachable';
    if (this.offline) return [];
    return atManifest ? [{ type: 'close' }, this.wait('open')] : [{ type: 'probe' }];
  }

  private absent(): Action[] {
    this.phase = this.played ? 'ended' : 'waiting';
    this.reason = null;
    return [{ type: 'close' }, this.wait('probe')];
  }

  private hangs(): Action[] {
    this.stuck += 1;
    if (this.stuck <= 2) return [{ type: 'nudge' }];
    if (this.stuck === 3) return [{ type: 'recoverMedia' }];
    if (this.stuck > 8) return this.fail('unplayable');
    this.phase = 'reconnecting';
    return this.open();
  }

  private found(finding: Finding): Action[] {
    if (this.phase === 'on' || this.phase === 'failed') return [];
    const looking = this.phase === 'waiting' || this.phase === 'ended';
    switch (finding) {
      case 'live':
        this.reason = null;
        if (looking) {
          this.played = false;
          return this.open();
        }
        this.attempts += 1;
        // The same engine once; if that was not enough, a new one.
        return this.attempts === 1 && !this.sessionOver ? [{ type: 'resume' }] : this.open();
      case 'ended':
        if (this.phase === 'ended') return [this.wait('probe')];
        this.phase = 'ended';
        this.attempts = 0;
        return [{ type: 'close' }, this.wait('probe')];
      case 'missing':
        if (looking) return [this.wait('probe')];
        return this.absent();
      case 'refused':
      case 'restricted':
        return this.refused(finding);
      case 'unreachable':
        if (!looking) this.reason = this.offline ? 'offline' : 'unreachable';
        return [this.wait('probe')];
    }
  }

  /**
   * A token says who may begin. Whoever was watching goes on with the session when the connection is
   * back, even if the token has expired or been used since.
   */
  private refused(refusal: Refusal): Action[] {
    const watching = this.phase === 'reconnecting' && this.played && !this.sessionOver;
    if (!watching || this.attempts >= mostResumes) return this.fail(refusal);
    this.attempts += 1;
    return [{ type: 'resume' }];
  }

  private backOnline(): Action[] {
    const was = this.offline;
    this.offline = false;
    if (!was) return [];
    if (this.reason === 'offline') this.reason = null;
    this.attempts = 0;
    switch (this.phase) {
      case 'opening':
        return this.open();
      case 'reconnecting':
      case 'waiting':
      case 'ended':
        return [{ type: 'probe' }];
      default:
        return [];
    }
  }

  private fail(reason: Reason): Action[] {
    this.phase = 'failed';
    this.reason = reason;
    return [{ type: 'close' }];
  }

  private wait(next: 'open' | 'probe'): Action {
    this.next = next;
    const quick = this.phase === 'reconnecting';
    const base = quick ? 600 : 2000;
    const most = quick ? 10_000 : 12_000;
    const ms = Math.min(most, base * 1.6 ** Math.min(this.attempts, 8));
    this.attempts += 1;
    return { type: 'wait', ms: Math.round(ms * (0.8 + 0.4 * this.random())) };
  }
}
