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

/** A broadcast that can be watched again, or a clip of one. */
export interface Recording {
  readonly id: string;
  /** Of a clip; empty for a whole broadcast. */
  readonly name: string;
  readonly clip: boolean;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly playbackUrl: string;
  readonly downloadUrl: string;
  /** WebVTT with pictures for the seek bar, and one picture; empty if there are none. */
  readonly storyboardUrl: string;
  readonly thumbnailUrl: string;
}

export interface Recordings {
  /** Newest first. */
  readonly recordings: readonly Recording[];
  /** Where viewers of the running broadcast can go back to, and since when; null if they cannot. */
  readonly timeShift: { readonly url: string; readonly since: string } | null;
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
