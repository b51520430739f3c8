/**
 * What turns a playlist address into pictures in a video element: hls.js where Media Source Extensions are,
 * the browser's own HLS elsewhere. The player knows nothing else about either. One engine plays one address
 * once; a rebuilt player gets a new one.
 */

export interface Quality {
  readonly id: number;
  readonly height: number;
  readonly frameRate: number;
  readonly bitrate: number;
  readonly name: string;
}

export interface ServerMoment {
  /** The server's clock, epoch milliseconds, as written into an answer. */
  readonly server: number;
  /** When that answer was asked for and when it began to arrive, on `performance.now()`. */
  readonly asked: number;
  readonly answered: number;
  /** False for a Date header, which knows only whole seconds. */
  readonly exact: boolean;
}

export interface EngineEvents {
  /** The address was understood; qualities are known. */
  opened(): void;
  serverMoment(moment: ServerMoment): void;
  /** `code` is the `error_code` of a refusal's body, empty if it is not known. */
  fault(kind: 'network' | 'media', atManifest: boolean, status: number, code?: string): void;
  /** An ID3 tag that belongs to media time `time`. */
  id3(time: number, data: Uint8Array): void;
  /** The list of qualities, or the one playing, changed. */
  qualities(): void;
  /** Captions are in the stream. */
  captions(): void;
}

/** Where to begin, instead of the edge or the beginning. */
export type Start =
  /** Epoch milliseconds of the server's clock. */
  | { readonly wall: number }
  /** Media time in seconds. */
  | { readonly position: number }
  | null;

export interface Engine {
  readonly kind: 'hls' | 'native';
  readonly live: boolean | null;
  /** What plays is whole: a recording that has its end. */
  readonly recording: boolean;
  readonly qualities: readonly Quality[];
  /** Chosen by the viewer, or -1 for automatic. */
  readonly chosen: number;
  readonly playing: Quality | null;
  /** What the line could carry, as estimated, in bit/s. */
  readonly bandwidth: number | null;
  /** What the media of the last seconds took, in bit/s. */
  readonly bitrate: number | null;
  readonly codecs: string;
  /** End of the playlist in media time, where known. */
  readonly edge: number | null;
  /** Epoch milliseconds (server clock) of a media time, from EXT-X-PROGRAM-DATE-TIME. */
  wallClock(position: number): number | null;
  choose(id: number): void;
  load(src: string, start: Start): void;
  resume(): void;
  recoverMedia(): void;
  destroy(): void;
}

export interface EngineChoice {
  /** Captions are wanted: take the engine that can show them. */
  readonly captions: boolean;
  /** The address is a recording that still grows: what matters is a full buffer, not the edge. */
  readonly shifted: boolean;
}

export type CreateEngine = (
  video: HTMLVideoElement,
  events: EngineEvents,
  choice: EngineChoice,
) => Promise<Engine>;
