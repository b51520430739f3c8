/** What the platform's API answers. Times are RFC 3339. */

export const avatars = [
  'bear',
  'bird',
  'bird2',
  'dog',
  'dog2',
  'dog3',
  'giraffe',
  'hedgehog',
  'hippo',
  'horse',
  'ibex',
  'jellyfish',
  'sheep',
  'tiger',
] as const;
export type AvatarName = (typeof avatars)[number];

export const profileColors = [
  'blue',
  'green',
  'lavender',
  'purple',
  'salmon',
  'turquoise',
  'yellow',
] as const;
export type ProfileColor = (typeof profileColors)[number];

export type Role = 'viewer' | 'streamer' | 'moderator' | 'administrator';
export const roles: readonly Role[] = ['viewer', 'streamer', 'moderator', 'administrator'];
export type AccountState = 'unverified' | 'active' | 'suspended';

/** How a person looks: a drawing on a colour, or a picture of their own. */
export interface Face {
  readonly name: string;
  readonly avatar: string;
  readonly color: string;
  readonly avatarUrl?: string;
}

export interface Me extends Face {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly state: AccountState;
  /** Empty: not chosen. */
  readonly language: string;
  readonly hasPassword: boolean;
  readonly createdAt: string;
}

/** An account as an administrator sees it. */
export interface Person extends Me {
  readonly lastSeenAt?: string;
}

export interface SessionInfo {
  readonly signedIn: boolean;
  readonly csrfToken: string;
  readonly account?: Me;
}
export interface Begun {
  readonly csrfToken: string;
  readonly account: Me;
}
export interface SignedInPlace {
  readonly id: string;
  readonly current: boolean;
  readonly createdAt: string;
  readonly seenAt: string;
  readonly device: string;
  readonly address: string;
}

export interface About {
  readonly name: string;
  readonly tagline: string;
  readonly logo: string;
  readonly accent: string;
  readonly hasTerms: boolean;
  readonly hasPrivacy: boolean;
  readonly registration: boolean;
  readonly autoVerify: boolean;
  readonly allowedDomains: readonly string[];
  readonly everyoneStreams: boolean;
  readonly providers: readonly { readonly id: string; readonly name: string }[];
  readonly developmentMailbox: boolean;
  readonly amazonProducts: boolean;
  readonly webPush: boolean;
}

/** A channel in a list. Those without a person have no avatar. */
export interface Card extends Face {
  readonly bannerUrl?: string;
  readonly title: string;
  readonly category: string;
  readonly live: boolean;
  readonly viewers: number;
  readonly startedAt?: string;
  readonly lastLiveAt?: string;
  readonly thumbnailUrl?: string;
  readonly watchUrl: string;
  readonly streamId?: string;
}

export interface PastBroadcast {
  readonly id: string;
  readonly channel: Face;
  readonly title: string;
  readonly startedAt: string;
  /** Seconds. */
  readonly duration: number;
  readonly thumbnailUrl?: string;
  readonly watchUrl: string;
}

export interface Page {
  /** Where the list goes on; absent at its end. */
  readonly next?: string;
}

export interface DirectoryPage extends Page {
  readonly live: readonly Card[];
  readonly following?: readonly Card[];
  readonly recent?: readonly PastBroadcast[];
  readonly total: number;
}

export type ChannelRole = 'owner' | 'moderator' | 'vip' | 'viewer' | 'none';

export interface ChannelPage extends Card {
  readonly about: string;
  readonly channelArn: string;
  readonly channelId: string;
  readonly roomArn: string;
  /** Absent when banned, and for members only when signed out. */
  readonly playbackUrl?: string;
  readonly membersOnly: boolean;
  readonly followers: number;
  readonly isFollowing: boolean;
  readonly isBanned: boolean;
  readonly isOwner: boolean;
  readonly role: string;
  readonly poll: Poll | null;
  readonly chat: { readonly slowMode: number; readonly followersOnly: number };
  readonly ingestConfiguration?: {
    readonly video: { readonly videoWidth: number; readonly videoHeight: number };
  };
}

export interface OwnChannel {
  readonly name: string;
  readonly channelArn: string;
  readonly channelId: string;
  readonly playbackUrl: string;
  readonly title: string;
  readonly category: string;
  readonly about: string;
  readonly membersOnly: boolean;
  readonly avatarUrl?: string;
  readonly bannerUrl?: string;
  readonly ingest: {
    readonly server: string;
    readonly rtmp?: string;
    readonly rtmps?: string;
    readonly srt?: string;
  };
  readonly live: boolean;
  readonly canStream: boolean;
  /** Why the last broadcast was ended at its start; there for a while, and gone once one is admitted. */
  readonly refused?: RefusedStart;
}

export interface RefusedStart {
  readonly type: string;
  /** In English. */
  readonly message: string;
  readonly at: string;
}

export interface PollOption {
  readonly text: string;
  /** Absent while results are hidden. */
  readonly votes?: number;
}
export interface Poll {
  readonly id: string;
  readonly question: string;
  readonly options: readonly PollOption[];
  readonly total: number;
  /** Seconds. */
  readonly duration: number;
  readonly startedAt: string;
  readonly closesAt: string;
  readonly expiresAt: string;
  readonly state: 'open' | 'result' | 'closed';
  readonly results: 'live' | 'hidden';
  readonly visitors: boolean;
  readonly winner?: number;
  readonly isTie: boolean;
  readonly myChoice?: number;
}

export type OverlayKind = 'quiz' | 'poll' | 'product' | 'amazon_product' | 'notice' | 'celebration';
export interface ActiveOverlay {
  readonly kind: OverlayKind;
  readonly data: unknown;
  readonly startedAt: string;
  readonly expiresAt?: string;
}

export interface PlatformNotice {
  readonly id: string;
  readonly kind: string;
  readonly channel: Card;
  readonly at: string;
  readonly seen: boolean;
}
