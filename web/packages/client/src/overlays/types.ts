/** What stands on the picture, as the streamer's server sends it and pages draw it. */

export interface Quiz {
  readonly question: string;
  readonly answers: readonly string[];
  readonly correctAnswerIndex: number;
  /** In seconds, as everywhere here. */
  readonly duration: number;
}

export interface NoticeText {
  readonly title: string;
  readonly message: string;
  readonly duration: number;
}

/** Stays until it is taken away. */
export interface Product {
  readonly title: string;
  readonly price: string;
  /** An http address or a path on this server. */
  readonly imageUrl: string;
  readonly description: string;
  /** Where it can be had; empty if nowhere. */
  readonly url: string;
}

export interface AmazonProduct {
  readonly title: string;
  readonly price: string;
  /** Large, or the largest there is; empty if there is none. */
  readonly imageUrl: string;
  readonly productUrl: string;
  /** Who sells it; may be empty. */
  readonly merchant: string;
}

export interface Celebration {
  readonly duration: number;
}

/** An overlay that travels in the stream. */
export type Overlay =
  | { readonly kind: 'quiz'; readonly data: Quiz }
  | { readonly kind: 'notice'; readonly data: NoticeText }
  | { readonly kind: 'product'; readonly data: Product }
  | { readonly kind: 'amazon_product'; readonly data: AmazonProduct }
  | { readonly kind: 'celebration'; readonly data: Celebration };

export type OverlayOf<K extends Overlay['kind']> = Extract<Overlay, { readonly kind: K }>;

/** All that a streamer can start; polls are counted by the server and do not travel in the stream. */
export const overlayKinds = [
  'quiz',
  'poll',
  'product',
  'amazon_product',
  'notice',
  'celebration',
] as const;
export type OverlayKind = (typeof overlayKinds)[number];
export type StreamedKind = Overlay['kind'];

/** What a form of the stream manager holds: any of it may be missing or wrong yet. */
export type OverlayFields = Readonly<Record<string, unknown>>;
