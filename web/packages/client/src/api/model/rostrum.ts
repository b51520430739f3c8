/** Made by scripts/api_model.mjs from api/rostrum.json. */

export interface UsagePlan {
  readonly requestsPerSecond?: number;
  readonly requestsPerDay?: number;
}

export interface AccessKey {
  readonly accessKeyId?: string;
  readonly name?: string;
  readonly secretAccessKey?: string;
  readonly access?: 'FULL' | 'READ_ONLY';
  readonly service?: string;
  readonly resource?: string;
  readonly usagePlan?: UsagePlan;
  readonly createTime?: string;
}

export interface AccessKeySummary {
  readonly accessKeyId?: string;
  readonly name?: string;
  readonly access?: 'FULL' | 'READ_ONLY';
  readonly service?: string;
  readonly resource?: string;
  readonly usagePlan?: UsagePlan;
  readonly createTime?: string;
}

export type AccessKeyList = readonly AccessKeySummary[];

export interface EventTarget {
  readonly id: string;
  readonly type: 'WEBHOOK' | 'NATS';
  readonly url?: string;
  readonly subject?: string;
  readonly secret?: string;
}

export type EventTargetList = readonly EventTarget[];

export interface EventRule {
  readonly name?: string;
  readonly description?: string;
  readonly eventPattern?: string;
  readonly enabled?: boolean;
  readonly targets?: EventTargetList;
  readonly createTime?: string;
  readonly origin?: string;
}

export type EventRuleList = readonly EventRule[];

export type IdList = readonly string[];

export interface DeadLetter {
  readonly id?: string;
  readonly ruleName?: string;
  readonly targetId?: string;
  readonly event?: string;
  readonly reason?: string;
  readonly attempts?: number;
  readonly eventTime?: string;
  readonly deadTime?: string;
}

export type DeadLetterList = readonly DeadLetter[];

export interface RecordedEvent {
  readonly id?: string;
  readonly event?: string;
}

export type RecordedEventList = readonly RecordedEvent[];

export type BlockedWordList = readonly string[];

export type BlockedPatternList = readonly string[];

export interface RoomModeration {
  readonly blockedWords?: BlockedWordList;
  readonly blockedPatterns?: BlockedPatternList;
  readonly links?: 'ALLOW' | 'DENY';
  readonly repeatedTextSeconds?: number;
  readonly slowModeSeconds?: number;
  readonly speakers?: 'EVERYBODY' | 'FOLLOWERS' | 'VERIFIED';
  readonly newAccountSeconds?: number;
  readonly maximumMessageRatePerSecond?: number;
}

export interface RoomRole {
  readonly userId: string;
  readonly role: 'NONE' | 'VIP' | 'MODERATOR' | 'OWNER';
}

export type RoomRoleList = readonly RoomRole[];

export interface RoomBan {
  readonly userId: string;
  readonly until?: string;
  readonly reason?: string;
  readonly createTime: string;
}

export type RoomBanList = readonly RoomBan[];

export type UserIdList = readonly string[];

export type TextMap = Readonly<Record<string, string>>;

export interface RoomMessage {
  readonly id: string;
  readonly type: 'MESSAGE' | 'EVENT';
  readonly sendTime: string;
  readonly userId?: string;
  readonly content?: string;
  readonly eventName?: string;
  readonly attributes?: TextMap;
  readonly senderAttributes?: TextMap;
  readonly senderRole?: string;
}

export type RoomMessageList = readonly RoomMessage[];

export interface RecordingRendition {
  readonly name: string;
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
  readonly bandwidth?: number;
  readonly codecs?: string;
}

export type RecordingRenditionList = readonly RecordingRendition[];

export type StreamIdList = readonly string[];

export interface Recording {
  readonly recordingId: string;
  readonly sessionId?: string;
  readonly channelArn?: string;
  readonly channelName?: string;
  readonly name?: string;
  readonly state: 'RECORDING' | 'ENDED' | 'FAILED';
  readonly stateReason?: string;
  readonly streamIds?: StreamIdList;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly durationMs?: number;
  readonly sizeBytes?: number;
  readonly container?: 'TS' | 'FRAGMENTED_MP4';
  readonly renditions?: RecordingRenditionList;
  readonly thumbnailCount?: number;
  readonly bucketName?: string;
  readonly keyPrefix?: string;
  readonly clipOf?: string;
  readonly expiresAt?: string;
  readonly playbackUrl?: string;
  readonly downloadUrl?: string;
  readonly storyboardUrl?: string;
  readonly thumbnailUrl?: string;
}

export type RecordingList = readonly Recording[];

export interface TrackHealth {
  readonly name: string;
  readonly kind: 'VIDEO' | 'AUDIO';
  readonly codec?: string;
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
  readonly sampleRate?: number;
  readonly channels?: number;
}

export type TrackHealthList = readonly TrackHealth[];

export interface RenditionHealth {
  readonly name: string;
  readonly state: 'SOURCE' | 'RUNNING' | 'STARTING' | 'SHED' | 'STANDBY';
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
  readonly bitrate?: number;
  readonly behindMs?: number;
}

export type RenditionHealthList = readonly RenditionHealth[];

export interface StreamRepairs {
  readonly gaps?: number;
  readonly jumps?: number;
  readonly overlaps?: number;
  readonly droppedSamples?: number;
}

export interface EncoderFigures {
  readonly framesRendered?: number;
  readonly framesLagged?: number;
  readonly framesSkipped?: number;
  readonly framesDropped?: number;
  readonly framesOutput?: number;
  readonly delayMs?: number;
  readonly roundTripMs?: number;
}

export interface HealthNote {
  readonly code: string;
  readonly severity: 'SUCCESS' | 'INFO' | 'WARNING' | 'ERROR';
  readonly title: string;
  readonly explanation: string;
  readonly since?: string;
}

export type HealthNoteList = readonly HealthNote[];

export interface StreamHealthReport {
  readonly channelArn: string;
  readonly streamId?: string;
  readonly state: 'LIVE' | 'OFFLINE';
  readonly health?: 'HEALTHY' | 'STARVING' | 'UNKNOWN';
  readonly time?: string;
  readonly startTime?: string;
  readonly viewerCount?: number;
  readonly videoBitrate?: number;
  readonly audioBitrate?: number;
  readonly frameRate?: number;
  readonly keyframeIntervalMs?: number;
  readonly protocol?: string;
  readonly encoder?: string;
  readonly encoderFigures?: EncoderFigures;
  readonly tracks?: TrackHealthList;
  readonly renditions?: RenditionHealthList;
  readonly repairs?: StreamRepairs;
  readonly notes?: HealthNoteList;
}

export type NumberList = readonly number[];

export interface MetricSeriesData {
  readonly name:
    | 'IngestVideoBitrate'
    | 'IngestAudioBitrate'
    | 'IngestFramerate'
    | 'KeyframeInterval'
    | 'ConcurrentViews'
    | 'Gaps'
    | 'DroppedSamples';
  readonly unit: string;
  readonly timestamps: NumberList;
  readonly values: NumberList;
  readonly average?: number;
}

export type MetricSeriesDataList = readonly MetricSeriesData[];

export interface StreamEventNote {
  readonly time: string;
  readonly name: string;
  readonly type?: string;
  readonly severity: 'SUCCESS' | 'INFO' | 'WARNING' | 'ERROR';
  readonly title: string;
  readonly explanation?: string;
}

export type StreamEventNoteList = readonly StreamEventNote[];

export interface ServerLoad {
  readonly time?: string;
  readonly cpuCores?: number;
  readonly cpuUsed?: number;
  readonly memoryUsed?: number;
  readonly memoryTotal?: number;
  readonly diskUsed?: number;
  readonly diskTotal?: number;
  readonly spoolBytes?: number;
  readonly receivedBitsPerSecond?: number;
  readonly sentBitsPerSecond?: number;
  readonly loops?: NumberList;
  readonly streams?: number;
  readonly viewers?: number;
  readonly chatConnections?: number;
  readonly connections?: number;
}

export interface RenditionBudget {
  readonly mode?: 'OFF' | 'WATCHED' | 'ALWAYS';
  readonly encoder?: string;
  readonly preset?: string;
  readonly cores?: number;
  readonly coresUsed?: number;
  readonly measured?: boolean;
  readonly capacity720p30?: number;
  readonly renditionsRunning?: number;
  readonly renditionsShed?: number;
}

export interface ServerStatus {
  readonly version?: string;
  readonly startedAt?: string;
  readonly load?: ServerLoad;
  readonly renditions?: RenditionBudget;
}

export interface LogLine {
  readonly sequence: number;
  readonly time: string;
  readonly level: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
  readonly text: string;
}

export type LogLineList = readonly LogLine[];

export interface CreateAccessKeyInput {
  readonly name?: string;
  readonly access?: 'FULL' | 'READ_ONLY';
  readonly service?: 'ivs' | 'ivschat' | 'rostrum';
  readonly resource?: string;
  readonly usagePlan?: UsagePlan;
}
export interface CreateAccessKeyOutput {
  readonly accessKey?: AccessKey;
}

export interface DeleteAccessKeyInput {
  readonly accessKeyId: string;
}
export type DeleteAccessKeyOutput = Record<string, never>;

export interface ListAccessKeysInput {
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListAccessKeysOutput {
  readonly accessKeys: AccessKeyList;
  readonly nextToken?: string;
}

export interface PutEventRuleInput {
  readonly name: string;
  readonly description?: string;
  readonly eventPattern: string;
  readonly enabled?: boolean;
}
export interface PutEventRuleOutput {
  readonly rule?: EventRule;
}

export interface GetEventRuleInput {
  readonly name: string;
}
export interface GetEventRuleOutput {
  readonly rule?: EventRule;
}

export interface ListEventRulesInput {
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListEventRulesOutput {
  readonly rules: EventRuleList;
  readonly nextToken?: string;
}

export interface DeleteEventRuleInput {
  readonly name: string;
}
export type DeleteEventRuleOutput = Record<string, never>;

export interface PutEventTargetInput {
  readonly ruleName: string;
  readonly target: EventTarget;
}
export interface PutEventTargetOutput {
  readonly rule?: EventRule;
}

export interface DeleteEventTargetInput {
  readonly ruleName: string;
  readonly targetId: string;
}
export type DeleteEventTargetOutput = Record<string, never>;

export interface TestEventPatternInput {
  readonly eventPattern: string;
  readonly event: string;
}
export interface TestEventPatternOutput {
  readonly result?: boolean;
}

export interface ListEventsInput {
  readonly channelArn?: string;
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListEventsOutput {
  readonly events: RecordedEventList;
  readonly nextToken?: string;
}

export interface ListDeadLettersInput {
  readonly ruleName?: string;
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListDeadLettersOutput {
  readonly deadLetters: DeadLetterList;
  readonly nextToken?: string;
}

export interface ReplayDeadLettersInput {
  readonly ruleName?: string;
  readonly ids?: IdList;
}
export interface ReplayDeadLettersOutput {
  readonly replayed?: number;
}

export interface DeleteDeadLettersInput {
  readonly ruleName?: string;
  readonly ids?: IdList;
}
export interface DeleteDeadLettersOutput {
  readonly deleted?: number;
}

export interface PutRoomModerationInput {
  readonly roomIdentifier: string;
  readonly moderation: RoomModeration;
}
export interface PutRoomModerationOutput {
  readonly moderation: RoomModeration;
}

export interface GetRoomModerationInput {
  readonly roomIdentifier: string;
}
export interface GetRoomModerationOutput {
  readonly moderation: RoomModeration;
}

export interface PutRoomRoleInput {
  readonly roomIdentifier: string;
  readonly userId: string;
  readonly role: 'NONE' | 'VIP' | 'MODERATOR' | 'OWNER';
}
export type PutRoomRoleOutput = Record<string, never>;

export interface ListRoomRolesInput {
  readonly roomIdentifier: string;
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListRoomRolesOutput {
  readonly roles: RoomRoleList;
  readonly nextToken?: string;
}

export interface BanRoomUserInput {
  readonly roomIdentifier: string;
  readonly userId: string;
  readonly durationSeconds?: number;
  readonly reason?: string;
}
export interface BanRoomUserOutput {
  readonly ban: RoomBan;
}

export interface UnbanRoomUserInput {
  readonly roomIdentifier: string;
  readonly userId: string;
}
export type UnbanRoomUserOutput = Record<string, never>;

export interface ListRoomBansInput {
  readonly roomIdentifier: string;
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListRoomBansOutput {
  readonly bans: RoomBanList;
  readonly nextToken?: string;
}

export interface SendRoomMessageInput {
  readonly roomIdentifier: string;
  readonly userId: string;
  readonly senderAttributes?: TextMap;
  readonly content: string;
  readonly attributes?: TextMap;
}
export interface SendRoomMessageOutput {
  readonly id: string;
}

export interface PinMessageInput {
  readonly roomIdentifier: string;
  readonly id: string;
}
export type PinMessageOutput = Record<string, never>;

export interface UnpinMessageInput {
  readonly roomIdentifier: string;
}
export type UnpinMessageOutput = Record<string, never>;

export interface GetRoomPresenceInput {
  readonly roomIdentifier: string;
  readonly maxResults?: number;
}
export interface GetRoomPresenceOutput {
  readonly connections: number;
  readonly userCount: number;
  readonly users: UserIdList;
}

export interface ListRoomMessagesInput {
  readonly roomIdentifier: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly userId?: string;
  readonly order?: 'OLDEST_FIRST' | 'NEWEST_FIRST';
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListRoomMessagesOutput {
  readonly messages: RoomMessageList;
  readonly nextToken?: string;
}

export interface CreateRoomInviteInput {
  readonly channelArn: string;
  readonly role: 'NONE' | 'VIP' | 'MODERATOR' | 'OWNER';
  readonly userId?: string;
  readonly displayName?: string;
  readonly durationSeconds?: number;
}
export interface CreateRoomInviteOutput {
  readonly invite: string;
  readonly watchUrl: string;
  readonly expirationTime: string;
}

export interface ListRecordingsInput {
  readonly channelArn?: string;
  readonly streamId?: string;
  readonly state?: 'RECORDING' | 'ENDED' | 'FAILED';
  readonly nextToken?: string;
  readonly maxResults?: number;
}
export interface ListRecordingsOutput {
  readonly recordings: RecordingList;
  readonly nextToken?: string;
}

export interface GetRecordingInput {
  readonly recordingId: string;
}
export interface GetRecordingOutput {
  readonly recording?: Recording;
}

export interface DeleteRecordingInput {
  readonly recordingId: string;
}
export type DeleteRecordingOutput = Record<string, never>;

export interface CreateRecordingClipInput {
  readonly recordingId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly name?: string;
}
export interface CreateRecordingClipOutput {
  readonly recording?: Recording;
}

export interface GetStreamHealthInput {
  readonly channelArn: string;
  readonly streamId?: string;
}
export interface GetStreamHealthOutput {
  readonly health?: StreamHealthReport;
}

export interface GetStreamMetricsInput {
  readonly channelArn: string;
  readonly streamId: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly period?: number;
}
export interface GetStreamMetricsOutput {
  readonly period?: number;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly series?: MetricSeriesDataList;
  readonly events?: StreamEventNoteList;
  readonly notes?: HealthNoteList;
}

export type GetServerStatusInput = Record<string, never>;
export interface GetServerStatusOutput {
  readonly status?: ServerStatus;
}

export interface ListLogLinesInput {
  readonly after?: number;
  readonly level?: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
  readonly maxResults?: number;
}
export interface ListLogLinesOutput {
  readonly lines: LogLineList;
  readonly last?: number;
}

/** [input, output] of each operation. */
export interface Operations {
  readonly CreateAccessKey: readonly [CreateAccessKeyInput, CreateAccessKeyOutput];
  readonly DeleteAccessKey: readonly [DeleteAccessKeyInput, DeleteAccessKeyOutput];
  readonly ListAccessKeys: readonly [ListAccessKeysInput, ListAccessKeysOutput];
  readonly PutEventRule: readonly [PutEventRuleInput, PutEventRuleOutput];
  readonly GetEventRule: readonly [GetEventRuleInput, GetEventRuleOutput];
  readonly ListEventRules: readonly [ListEventRulesInput, ListEventRulesOutput];
  readonly DeleteEventRule: readonly [DeleteEventRuleInput, DeleteEventRuleOutput];
  readonly PutEventTarget: readonly [PutEventTargetInput, PutEventTargetOutput];
  readonly DeleteEventTarget: readonly [DeleteEventTargetInput, DeleteEventTargetOutput];
  readonly TestEventPattern: readonly [TestEventPatternInput, TestEventPatternOutput];
  readonly ListEvents: readonly [ListEventsInput, ListEventsOutput];
  readonly ListDeadLetters: readonly [ListDeadLettersInput, ListDeadLettersOutput];
  readonly ReplayDeadLetters: readonly [ReplayDeadLettersInput, ReplayDeadLettersOutput];
  readonly DeleteDeadLetters: readonly [DeleteDeadLettersInput, DeleteDeadLettersOutput];
  readonly PutRoomModeration: readonly [PutRoomModerationInput, PutRoomModerationOutput];
  readonly GetRoomModeration: readonly [GetRoomModerationInput, GetRoomModerationOutput];
  readonly PutRoomRole: readonly [PutRoomRoleInput, PutRoomRoleOutput];
  readonly ListRoomRoles: readonly [ListRoomRolesInput, ListRoomRolesOutput];
  readonly BanRoomUser: readonly [BanRoomUserInput, BanRoomUserOutput];
  readonly UnbanRoomUser: readonly [UnbanRoomUserInput, UnbanRoomUserOutput];
  readonly ListRoomBans: readonly [ListRoomBansInput, ListRoomBansOutput];
  readonly SendRoomMessage: readonly [SendRoomMessageInput, SendRoomMessageOutput];
  readonly PinMessage: readonly [PinMessageInput, PinMessageOutput];
  readonly UnpinMessage: readonly [UnpinMessageInput, UnpinMessageOutput];
  readonly GetRoomPresence: readonly [GetRoomPresenceInput, GetRoomPresenceOutput];
  readonly ListRoomMessages: readonly [ListRoomMessagesInput, ListRoomMessagesOutput];
  readonly CreateRoomInvite: readonly [CreateRoomInviteInput, CreateRoomInviteOutput];
  readonly ListRecordings: readonly [ListRecordingsInput, ListRecordingsOutput];
  readonly GetRecording: readonly [GetRecordingInput, GetRecordingOutput];
  readonly DeleteRecording: readonly [DeleteRecordingInput, DeleteRecordingOutput];
  readonly CreateRecordingClip: readonly [CreateRecordingClipInput, CreateRecordingClipOutput];
  readonly GetStreamHealth: readonly [GetStreamHealthInput, GetStreamHealthOutput];
  readonly GetStreamMetrics: readonly [GetStreamMetricsInput, GetStreamMetricsOutput];
  readonly GetServerStatus: readonly [GetServerStatusInput, GetServerStatusOutput];
  readonly ListLogLines: readonly [ListLogLinesInput, ListLogLinesOutput];
}
