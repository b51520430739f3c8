/** Made by scripts/api_model.mjs from api/ivs.json. */

export interface AdConfiguration {
  readonly arn: string;
  readonly name?: string;
  readonly mediaTailorPlaybackConfigurations: MediaTailorPlaybackConfigurationsList;
  readonly postRollConfiguration?: PostRollConfiguration;
  readonly tags?: Tags;
}

export type AdConfigurationList = readonly AdConfigurationSummary[];

export interface AdConfigurationSummary {
  readonly arn: string;
  readonly name?: string;
  readonly mediaTailorPlaybackConfigurations: MediaTailorPlaybackConfigurationsList;
  readonly postRollConfiguration?: PostRollConfiguration;
  readonly tags?: Tags;
}

export interface AudioConfiguration {
  readonly codec?: string;
  readonly targetBitrate?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly track?: string;
}

export type AudioConfigurationList = readonly AudioConfiguration[];

export interface BatchError {
  readonly arn?: string;
  readonly code?: string;
  readonly message?: string;
}

export type BatchErrors = readonly BatchError[];

export interface BatchStartViewerSessionRevocationError {
  readonly channelArn: string;
  readonly viewerId: string;
  readonly code?: string;
  readonly message?: string;
}

export type BatchStartViewerSessionRevocationErrors =
  readonly BatchStartViewerSessionRevocationError[];

export interface BatchStartViewerSessionRevocationViewerSession {
  readonly channelArn: string;
  readonly viewerId: string;
  readonly viewerSessionVersionsLessThanOrEqualTo?: number;
}

export type BatchStartViewerSessionRevocationViewerSessionList =
  readonly BatchStartViewerSessionRevocationViewerSession[];

export interface Channel {
  readonly arn?: string;
  readonly name?: string;
  readonly latencyMode?: 'NORMAL' | 'LOW';
  readonly type?: 'BASIC' | 'STANDARD' | 'ADVANCED_SD' | 'ADVANCED_HD';
  readonly recordingConfigurationArn?: string;
  readonly ingestEndpoint?: string;
  readonly playbackUrl?: string;
  readonly authorized?: boolean;
  readonly tags?: Tags;
  readonly insecureIngest?: boolean;
  readonly preset?: 'HIGHER_BANDWIDTH_DELIVERY' | 'CONSTRAINED_BANDWIDTH_DELIVERY';
  readonly srt?: Srt;
  readonly playbackRestrictionPolicyArn?: string;
  readonly multitrackInputConfiguration?: MultitrackInputConfiguration;
  readonly containerFormat?: 'TS' | 'FRAGMENTED_MP4';
  readonly adConfigurationArn?: string;
}

export type ChannelArnList = readonly string[];

export type ChannelList = readonly ChannelSummary[];

export interface ChannelSummary {
  readonly arn?: string;
  readonly name?: string;
  readonly latencyMode?: 'NORMAL' | 'LOW';
  readonly authorized?: boolean;
  readonly recordingConfigurationArn?: string;
  readonly tags?: Tags;
  readonly insecureIngest?: boolean;
  readonly type?: 'BASIC' | 'STANDARD' | 'ADVANCED_SD' | 'ADVANCED_HD';
  readonly preset?: 'HIGHER_BANDWIDTH_DELIVERY' | 'CONSTRAINED_BANDWIDTH_DELIVERY';
  readonly playbackRestrictionPolicyArn?: string;
  readonly adConfigurationArn?: string;
}

export type Channels = readonly Channel[];

export interface DestinationConfiguration {
  readonly s3?: S3DestinationConfiguration;
}

export interface IngestConfiguration {
  readonly video?: VideoConfiguration;
  readonly audio?: AudioConfiguration;
}

export interface IngestConfigurations {
  readonly videoConfigurations: VideoConfigurationList;
  readonly audioConfigurations: AudioConfigurationList;
}

export interface MediaTailorPlaybackConfiguration {
  readonly playbackConfigurationArn?: string;
}

export type MediaTailorPlaybackConfigurationsList = readonly MediaTailorPlaybackConfiguration[];

export interface MultitrackInputConfiguration {
  readonly enabled?: boolean;
  readonly policy?: 'ALLOW' | 'REQUIRE';
  readonly maximumResolution?: 'SD' | 'HD' | 'FULL_HD';
}

export interface PlaybackKeyPair {
  readonly arn?: string;
  readonly name?: string;
  readonly fingerprint?: string;
  readonly tags?: Tags;
}

export type PlaybackKeyPairList = readonly PlaybackKeyPairSummary[];

export interface PlaybackKeyPairSummary {
  readonly arn?: string;
  readonly name?: string;
  readonly tags?: Tags;
}

export interface PlaybackRestrictionPolicy {
  readonly arn: string;
  readonly allowedCountries: PlaybackRestrictionPolicyAllowedCountryList;
  readonly allowedOrigins: PlaybackRestrictionPolicyAllowedOriginList;
  readonly enableStrictOriginEnforcement?: boolean;
  readonly name?: string;
  readonly tags?: Tags;
}

export type PlaybackRestrictionPolicyAllowedCountryList = readonly string[];

export type PlaybackRestrictionPolicyAllowedOriginList = readonly string[];

export type PlaybackRestrictionPolicyList = readonly PlaybackRestrictionPolicySummary[];

export interface PlaybackRestrictionPolicySummary {
  readonly arn: string;
  readonly allowedCountries: PlaybackRestrictionPolicyAllowedCountryList;
  readonly allowedOrigins: PlaybackRestrictionPolicyAllowedOriginList;
  readonly enableStrictOriginEnforcement?: boolean;
  readonly name?: string;
  readonly tags?: Tags;
}

export interface PostRollConfiguration {
  readonly durationSeconds: number;
  readonly enabled: boolean;
}

export interface RecordingConfiguration {
  readonly arn: string;
  readonly name?: string;
  readonly destinationConfiguration: DestinationConfiguration;
  readonly state: 'CREATING' | 'CREATE_FAILED' | 'ACTIVE';
  readonly tags?: Tags;
  readonly thumbnailConfiguration?: ThumbnailConfiguration;
  readonly recordingReconnectWindowSeconds?: number;
  readonly renditionConfiguration?: RenditionConfiguration;
}

export type RecordingConfigurationList = readonly RecordingConfigurationSummary[];

export interface RecordingConfigurationSummary {
  readonly arn: string;
  readonly name?: string;
  readonly destinationConfiguration: DestinationConfiguration;
  readonly state: 'CREATING' | 'CREATE_FAILED' | 'ACTIVE';
  readonly tags?: Tags;
}

export interface RenditionConfiguration {
  readonly renditionSelection?: 'ALL' | 'NONE' | 'CUSTOM';
  readonly renditions?: RenditionConfigurationRenditionList;
}

export type RenditionConfigurationRenditionList = readonly (
  'SD' | 'HD' | 'FULL_HD' | 'LOWEST_RESOLUTION'
)[];

export interface S3DestinationConfiguration {
  readonly bucketName: string;
}

export interface Srt {
  readonly endpoint?: string;
  readonly passphrase?: string;
}

export interface Stream {
  readonly channelArn?: string;
  readonly streamId?: string;
  readonly playbackUrl?: string;
  readonly startTime?: string;
  readonly state?: 'LIVE' | 'OFFLINE';
  readonly health?: 'HEALTHY' | 'STARVING' | 'UNKNOWN';
  readonly viewerCount?: number;
}

export interface StreamEvent {
  readonly name?: string;
  readonly type?: string;
  readonly eventTime?: string;
  readonly code?: string;
}

export type StreamEvents = readonly StreamEvent[];

export interface StreamFilters {
  readonly health?: 'HEALTHY' | 'STARVING' | 'UNKNOWN';
}

export interface StreamKey {
  readonly arn?: string;
  readonly value?: string;
  readonly channelArn?: string;
  readonly tags?: Tags;
}

export type StreamKeyArnList = readonly string[];

export type StreamKeyList = readonly StreamKeySummary[];

export interface StreamKeySummary {
  readonly arn?: string;
  readonly channelArn?: string;
  readonly tags?: Tags;
}

export type StreamKeys = readonly StreamKey[];

export type StreamList = readonly StreamSummary[];

export interface StreamSession {
  readonly streamId?: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly channel?: Channel;
  readonly ingestConfiguration?: IngestConfiguration;
  readonly ingestConfigurations?: IngestConfigurations;
  readonly recordingConfiguration?: RecordingConfiguration;
  readonly truncatedEvents?: StreamEvents;
}

export type StreamSessionList = readonly StreamSessionSummary[];

export interface StreamSessionSummary {
  readonly streamId?: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly hasErrorEvent?: boolean;
}

export interface StreamSummary {
  readonly channelArn?: string;
  readonly streamId?: string;
  readonly state?: 'LIVE' | 'OFFLINE';
  readonly health?: 'HEALTHY' | 'STARVING' | 'UNKNOWN';
  readonly viewerCount?: number;
  readonly startTime?: string;
}

export type TagKeyList = readonly string[];

export type Tags = Readonly<Record<string, string>>;

export interface ThumbnailConfiguration {
  readonly recordingMode?: 'DISABLED' | 'INTERVAL';
  readonly targetIntervalSeconds?: number;
  readonly resolution?: 'SD' | 'HD' | 'FULL_HD' | 'LOWEST_RESOLUTION';
  readonly storage?: ThumbnailConfigurationStorageList;
}

export type ThumbnailConfigurationStorageList = readonly ('SEQUENTIAL' | 'LATEST')[];

export interface VideoConfiguration {
  readonly avcProfile?: string;
  readonly avcLevel?: string;
  readonly codec?: string;
  readonly encoder?: string;
  readonly targetBitrate?: number;
  readonly targetFramerate?: number;
  readonly videoHeight?: number;
  readonly videoWidth?: number;
  readonly level?: string;
  readonly track?: string;
  readonly profile?: string;
}

export type VideoConfigurationList = readonly VideoConfiguration[];

export interface BatchGetChannelInput {
  readonly arns: ChannelArnList;
}
export interface BatchGetChannelOutput {
  readonly channels?: Channels;
  readonly errors?: BatchErrors;
}

export interface BatchGetStreamKeyInput {
  readonly arns: StreamKeyArnList;
}
export interface BatchGetStreamKeyOutput {
  readonly streamKeys?: StreamKeys;
  readonly errors?: BatchErrors;
}

export interface BatchStartViewerSessionRevocationInput {
  readonly viewerSessions: BatchStartViewerSessionRevocationViewerSessionList;
}
export interface BatchStartViewerSessionRevocationOutput {
  readonly errors?: BatchStartViewerSessionRevocationErrors;
}

export interface CreateAdConfigurationInput {
  readonly name?: string;
  readonly mediaTailorPlaybackConfigurations: MediaTailorPlaybackConfigurationsList;
  readonly postRollConfiguration?: PostRollConfiguration;
  readonly tags?: Tags;
}
export interface CreateAdConfigurationOutput {
  readonly adConfiguration: AdConfiguration;
}

export interface CreateChannelInput {
  readonly name?: string;
  readonly latencyMode?: 'NORMAL' | 'LOW';
  readonly type?: 'BASIC' | 'STANDARD' | 'ADVANCED_SD' | 'ADVANCED_HD';
  readonly authorized?: boolean;
  readonly recordingConfigurationArn?: string;
  readonly tags?: Tags;
  readonly insecureIngest?: boolean;
  readonly preset?: 'HIGHER_BANDWIDTH_DELIVERY' | 'CONSTRAINED_BANDWIDTH_DELIVERY';
  readonly playbackRestrictionPolicyArn?: string;
  readonly multitrackInputConfiguration?: MultitrackInputConfiguration;
  readonly containerFormat?: 'TS' | 'FRAGMENTED_MP4';
  readonly adConfigurationArn?: string;
}
export interface CreateChannelOutput {
  readonly channel?: Channel;
  readonly streamKey?: StreamKey;
}

export interface CreatePlaybackRestrictionPolicyInput {
  readonly allowedCountries?: PlaybackRestrictionPolicyAllowedCountryList;
  readonly allowedOrigins?: PlaybackRestrictionPolicyAllowedOriginList;
  readonly enableStrictOriginEnforcement?: boolean;
  readonly name?: string;
  readonly tags?: Tags;
}
export interface CreatePlaybackRestrictionPolicyOutput {
  readonly playbackRestrictionPolicy?: PlaybackRestrictionPolicy;
}

export interface CreateRecordingConfigurationInput {
  readonly name?: string;
  readonly destinationConfiguration: DestinationConfiguration;
  readonly tags?: Tags;
  readonly thumbnailConfiguration?: ThumbnailConfiguration;
  readonly recordingReconnectWindowSeconds?: number;
  readonly renditionConfiguration?: RenditionConfiguration;
}
export interface CreateRecordingConfigurationOutput {
  readonly recordingConfiguration?: RecordingConfiguration;
}

export interface CreateStreamKeyInput {
  readonly channelArn: string;
  readonly tags?: Tags;
}
export interface CreateStreamKeyOutput {
  readonly streamKey?: StreamKey;
}

export interface DeleteAdConfigurationInput {
  readonly arn: string;
}
export type DeleteAdConfigurationOutput = Record<string, never>;

export interface DeleteChannelInput {
  readonly arn: string;
}
export type DeleteChannelOutput = Record<string, never>;

export interface DeletePlaybackKeyPairInput {
  readonly arn: string;
}
export type DeletePlaybackKeyPairOutput = Record<string, never>;

export interface DeletePlaybackRestrictionPolicyInput {
  readonly arn: string;
}
export type DeletePlaybackRestrictionPolicyOutput = Record<string, never>;

export interface DeleteRecordingConfigurationInput {
  readonly arn: string;
}
export type DeleteRecordingConfigurationOutput = Record<string, never>;

export interface DeleteStreamKeyInput {
  readonly arn: string;
}
export type DeleteStreamKeyOutput = Record<string, never>;

export interface GetAdConfigurationInput {
  readonly arn: string;
}
export interface GetAdConfigurationOutput {
  readonly adConfiguration?: AdConfiguration;
}

export interface GetChannelInput {
  readonly arn: string;
}
export interface GetChannelOutput {
  readonly channel?: Channel;
}

export interface GetPlaybackKeyPairInput {
  readonly arn: string;
}
export interface GetPlaybackKeyPairOutput {
  readonly keyPair?: PlaybackKeyPair;
}

export interface GetPlaybackRestrictionPolicyInput {
  readonly arn: string;
}
export interface GetPlaybackRestrictionPolicyOutput {
  readonly playbackRestrictionPolicy?: PlaybackRestrictionPolicy;
}

export interface GetRecordingConfigurationInput {
  readonly arn: string;
}
export interface GetRecordingConfigurationOutput {
  readonly recordingConfiguration?: RecordingConfiguration;
}

export interface GetStreamInput {
  readonly channelArn: string;
}
export interface GetStreamOutput {
  readonly stream?: Stream;
}

export interface GetStreamKeyInput {
  readonly arn: string;
}
export interface GetStreamKeyOutput {
  readonly streamKey?: StreamKey;
}

export interface GetStreamSessionInput {
  readonly channelArn: string;
  readonly streamId?: string;
}
export interface GetStreamSessionOutput {
  readonly streamSession?: StreamSession;
}

export interface ImportPlaybackKeyPairInput {
  readonly publicKeyMaterial: string;
  readonly name?: string;
  readonly tags?: Tags;
}
export interface ImportPlaybackKeyPairOutput {
  readonly keyPair?: PlaybackKeyPair;
}

export interface InsertAdBreakInput {
  readonly channelArn: string;
  readonly durationSeconds: number;
}
export interface InsertAdBreakOutput {
  readonly adBreakId?: string;
}

export interface ListAdConfigurationsInput {
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListAdConfigurationsOutput {
  readonly adConfigurations: AdConfigurationList;
  readonly nextToken?: string;
}

export interface ListChannelsInput {
  readonly filterByName?: string;
  readonly filterByRecordingConfigurationArn?: string;
  readonly filterByPlaybackRestrictionPolicyArn?: string;
  readonly filterByAdConfigurationArn?: string;
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListChannelsOutput {
  readonly channels: ChannelList;
  readonly nextToken?: string;
}

export interface ListPlaybackKeyPairsInput {
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListPlaybackKeyPairsOutput {
  readonly keyPairs: PlaybackKeyPairList;
  readonly nextToken?: string;
}

export interface ListPlaybackRestrictionPoliciesInput {
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListPlaybackRestrictionPoliciesOutput {
  readonly playbackRestrictionPolicies: PlaybackRestrictionPolicyList;
  readonly nextToken?: string;
}

export interface ListRecordingConfigurationsInput {
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListRecordingConfigurationsOutput {
  readonly recordingConfigurations: RecordingConfigurationList;
  readonly nextToken?: string;
}

export interface ListStreamKeysInput {
  readonly channelArn: string;
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListStreamKeysOutput {
  readonly streamKeys: StreamKeyList;
  readonly nextToken?: string;
}

export interface ListStreamSessionsInput {
  readonly channelArn: string;
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListStreamSessionsOutput {
  readonly streamSessions: StreamSessionList;
  readonly nextToken?: string;
}

export interface ListStreamsInput {
  readonly filterBy?: StreamFilters;
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListStreamsOutput {
  readonly streams: StreamList;
  readonly nextToken?: string;
}

export interface PutMetadataInput {
  readonly channelArn: string;
  readonly metadata: string;
}
export type PutMetadataOutput = Record<string, never>;

export interface StartViewerSessionRevocationInput {
  readonly channelArn: string;
  readonly viewerId: string;
  readonly viewerSessionVersionsLessThanOrEqualTo?: number;
}
export type StartViewerSessionRevocationOutput = Record<string, never>;

export interface StopStreamInput {
  readonly channelArn: string;
}
export type StopStreamOutput = Record<string, never>;

export interface UpdateAdConfigurationInput {
  readonly arn: string;
  readonly name?: string;
  readonly mediaTailorPlaybackConfigurations?: MediaTailorPlaybackConfigurationsList;
  readonly postRollConfiguration?: PostRollConfiguration;
}
export interface UpdateAdConfigurationOutput {
  readonly adConfiguration: AdConfiguration;
}

export interface UpdateChannelInput {
  readonly arn: string;
  readonly name?: string;
  readonly latencyMode?: 'NORMAL' | 'LOW';
  readonly type?: 'BASIC' | 'STANDARD' | 'ADVANCED_SD' | 'ADVANCED_HD';
  readonly authorized?: boolean;
  readonly recordingConfigurationArn?: string;
  readonly insecureIngest?: boolean;
  readonly preset?: 'HIGHER_BANDWIDTH_DELIVERY' | 'CONSTRAINED_BANDWIDTH_DELIVERY';
  readonly playbackRestrictionPolicyArn?: string;
  readonly multitrackInputConfiguration?: MultitrackInputConfiguration;
  readonly containerFormat?: 'TS' | 'FRAGMENTED_MP4';
  readonly adConfigurationArn?: string;
}
export interface UpdateChannelOutput {
  readonly channel?: Channel;
}

export interface UpdatePlaybackRestrictionPolicyInput {
  readonly arn: string;
  readonly allowedCountries?: PlaybackRestrictionPolicyAllowedCountryList;
  readonly allowedOrigins?: PlaybackRestrictionPolicyAllowedOriginList;
  readonly enableStrictOriginEnforcement?: boolean;
  readonly name?: string;
}
export interface UpdatePlaybackRestrictionPolicyOutput {
  readonly playbackRestrictionPolicy?: PlaybackRestrictionPolicy;
}

/** [input, output] of each operation. */
export interface Operations {
  readonly BatchGetChannel: readonly [BatchGetChannelInput, BatchGetChannelOutput];
  readonly BatchGetStreamKey: readonly [BatchGetStreamKeyInput, BatchGetStreamKeyOutput];
  readonly BatchStartViewerSessionRevocation: readonly [
    BatchStartViewerSessionRevocationInput,
    BatchStartViewerSessionRevocationOutput,
  ];
  readonly CreateAdConfiguration: readonly [
    CreateAdConfigurationInput,
    CreateAdConfigurationOutput,
  ];
  readonly CreateChannel: readonly [CreateChannelInput, CreateChannelOutput];
  readonly CreatePlaybackRestrictionPolicy: readonly [
    CreatePlaybackRestrictionPolicyInput,
    CreatePlaybackRestrictionPolicyOutput,
  ];
  readonly CreateRecordingConfiguration: readonly [
    CreateRecordingConfigurationInput,
    CreateRecordingConfigurationOutput,
  ];
  readonly CreateStreamKey: readonly [CreateStreamKeyInput, CreateStreamKeyOutput];
  readonly DeleteAdConfiguration: readonly [
    DeleteAdConfigurationInput,
    DeleteAdConfigurationOutput,
  ];
  readonly DeleteChannel: readonly [DeleteChannelInput, DeleteChannelOutput];
  readonly DeletePlaybackKeyPair: readonly [
    DeletePlaybackKeyPairInput,
    DeletePlaybackKeyPairOutput,
  ];
  readonly DeletePlaybackRestrictionPolicy: readonly [
    DeletePlaybackRestrictionPolicyInput,
    DeletePlaybackRestrictionPolicyOutput,
  ];
  readonly DeleteRecordingConfiguration: readonly [
    DeleteRecordingConfigurationInput,
    DeleteRecordingConfigurationOutput,
  ];
  readonly DeleteStreamKey: readonly [DeleteStreamKeyInput, DeleteStreamKeyOutput];
  readonly GetAdConfiguration: readonly [GetAdConfigurationInput, GetAdConfigurationOutput];
  readonly GetChannel: readonly [GetChannelInput, GetChannelOutput];
  readonly GetPlaybackKeyPair: readonly [GetPlaybackKeyPairInput, GetPlaybackKeyPairOutput];
  readonly GetPlaybackRestrictionPolicy: readonly [
    GetPlaybackRestrictionPolicyInput,
    GetPlaybackRestrictionPolicyOutput,
  ];
  readonly GetRecordingConfiguration: readonly [
    GetRecordingConfigurationInput,
    GetRecordingConfigurationOutput,
  ];
  readonly GetStream: readonly [GetStreamInput, GetStreamOutput];
  readonly GetStreamKey: readonly [GetStreamKeyInput, GetStreamKeyOutput];
  readonly GetStreamSession: readonly [GetStreamSessionInput, GetStreamSessionOutput];
  readonly ImportPlaybackKeyPair: readonly [
    ImportPlaybackKeyPairInput,
    ImportPlaybackKeyPairOutput,
  ];
  readonly InsertAdBreak: readonly [InsertAdBreakInput, InsertAdBreakOutput];
  readonly ListAdConfigurations: readonly [ListAdConfigurationsInput, ListAdConfigurationsOutput];
  readonly ListChannels: readonly [ListChannelsInput, ListChannelsOutput];
  readonly ListPlaybackKeyPairs: readonly [ListPlaybackKeyPairsInput, ListPlaybackKeyPairsOutput];
  readonly ListPlaybackRestrictionPolicies: readonly [
    ListPlaybackRestrictionPoliciesInput,
    ListPlaybackRestrictionPoliciesOutput,
  ];
  readonly ListRecordingConfigurations: readonly [
    ListRecordingConfigurationsInput,
    ListRecordingConfigurationsOutput,
  ];
  readonly ListStreamKeys: readonly [ListStreamKeysInput, ListStreamKeysOutput];
  readonly ListStreamSessions: readonly [ListStreamSessionsInput, ListStreamSessionsOutput];
  readonly ListStreams: readonly [ListStreamsInput, ListStreamsOutput];
  readonly PutMetadata: readonly [PutMetadataInput, PutMetadataOutput];
  readonly StartViewerSessionRevocation: readonly [
    StartViewerSessionRevocationInput,
    StartViewerSessionRevocationOutput,
  ];
  readonly StopStream: readonly [StopStreamInput, StopStreamOutput];
  readonly UpdateAdConfiguration: readonly [
    UpdateAdConfigurationInput,
    UpdateAdConfigurationOutput,
  ];
  readonly UpdateChannel: readonly [UpdateChannelInput, UpdateChannelOutput];
  readonly UpdatePlaybackRestrictionPolicy: readonly [
    UpdatePlaybackRestrictionPolicyInput,
    UpdatePlaybackRestrictionPolicyOutput,
  ];
}
