/** What the server says about itself and its channels, as the pages need it. Times are ISO 8601. */

export interface Channel {
  readonly id: string;
  readonly name: string;
  /** What this broadcast is about; empty when there is nothing to add to the name. */
  readonly title: string;
  readonly live: boolean;
  readonly startedAt: string | null;
  readonly viewers: number;
  /** Watching it takes a playback token. */
  readonly authorized: boolean;
  readonly playbackUrl: string;
  readonly watchUrl: string;
}

export interface Ingest {
  readonly rtmp: string | null;
  readonly rtmps: string | null;
  readonly srt: string | null;
}

export interface ServerInfo {
  readonly version: string;
  readonly ingest: Ingest;
}
