// Resources for the API's tests: made when a test needs them, so that every operation has a valid
// input. At most three key pairs and three policies may exist; tests that fill these have a server
// of their own.
import { generateKeyPairSync } from 'node:crypto';
import { mediaTailor } from './api_cases.mjs';

export const newPublicKey = () => generateKeyPairSync('ec', { namedCurve: 'P-384' })
  .publicKey.export({ type: 'spki', format: 'pem' });

/** How a resource of each kind is made, found in an answer, and deleted. */
export const kinds = {
  channel: { make: 'CreateChannel', input: () => ({}), of: (out) => out.channel.arn, drop: 'DeleteChannel' },
  streamKey: { make: 'CreateChannel', input: () => ({}), of: (out) => out.streamKey.arn, drop: 'DeleteStreamKey' },
  keyPair: {
    make: 'ImportPlaybackKeyPair', input: () => ({ publicKeyMaterial: newPublicKey() }),
    of: (out) => out.keyPair.arn, drop: 'DeletePlaybackKeyPair',
  },
  policy: {
    make: 'CreatePlaybackRestrictionPolicy', input: () => ({}),
    of: (out) => out.playbackRestrictionPolicy.arn, drop: 'DeletePlaybackRestrictionPolicy',
  },
  recording: {
    make: 'CreateRecordingConfiguration', input: () => ({ destinationConfiguration: { s3: { bucketName: 'recordings' } } }),
    of: (out) => out.recordingConfiguration.arn, drop: 'DeleteRecordingConfiguration',
  },
  ads: {
    make: 'CreateAdConfiguration',
    input: () => ({ mediaTailorPlaybackConfigurations: [{ playbackConfigurationArn: mediaTailor }] }),
    of: (out) => out.adConfiguration.arn, drop: 'DeleteAdConfiguration',
  },
  room: { make: 'CreateRoom', input: () => ({}), of: (out) => out.arn, drop: 'DeleteRoom', by: 'identifier' },
  logging: {
    make: 'CreateLoggingConfiguration', input: () => ({ destinationConfiguration: { cloudWatchLogs: { logGroupName: 'chat' } } }),
    of: (out) => out.arn, drop: 'DeleteLoggingConfiguration', by: 'identifier',
  },
};

/** The input that names a resource of a kind, for reading, changing and deleting it. */
export const named = (kind, arn) => ({ [kinds[kind].by ?? 'arn']: arn });

export class World {
  #shared = new Map();
  #spare = new Map();

  constructor(caller) {
    this.caller = caller;
  }

  async make(kind, input = {}) {
    const { make, input: needed, of } = kinds[kind];
    return of(await this.caller.get(make, { ...needed(), ...input }));
  }

  drop(kind, arn) {
    return this.caller.get(kinds[kind].drop, named(kind, arn));
  }

  async #kept(map, kind) {
    if (!map.has(kind)) map.set(kind, await this.make(kind));
    return map.get(kind);
  }

  /** A resource that tests read and change, but do not delete. */
  shared(kind) {
    return this.#kept(this.#shared, kind);
  }

  /** One that may be deleted: say so with `spent` once it is. */
  spare(kind) {
    return this.#kept(this.#spare, kind);
  }

  spent(kind) {
    this.#spare.delete(kind);
  }

  /** A channel that has lost its stream key. */
  async keyless() {
    if (!this.#shared.has('keyless')) {
      const { channel, streamKey } = await this.caller.get('CreateChannel', {});
      await this.caller.get('DeleteStreamKey', { arn: streamKey.arn });
      this.#shared.set('keyless', channel.arn);
    }
    return this.#shared.get('keyless');
  }
}

const arn = (kind) => async (world) => named(kind, await world.shared(kind));
const inRoom = (more = {}) => async (world) => ({ roomIdentifier: await world.shared('room'), ...more });
const channelArn = (more = {}) => async (world) => ({ channelArn: await world.shared('channel'), ...more });

/** An operation that makes something: minimal input, fuller ones, and what undoes it. */
const making = (kind, fuller) => ({
  base: async () => kinds[kind].input(),
  fuller,
  undo: (world, out) => world.drop(kind, kinds[kind].of(out)),
});
const deleting = (kind) => ({
  base: async (world) => named(kind, await world.spare(kind)),
  undo: async (world) => world.spent(kind),
});

const tags = { team: 'ünïcode ツ', 'a:b/c=d+e-f@g.h_i': '' };
const multitrack = { enabled: true, policy: 'REQUIRE', maximumResolution: 'FULL_HD' };
const channelSettings = (rest) => [
  async (world) => ({
    ...await rest(world), name: 'all_of-it', latencyMode: 'NORMAL', type: 'STANDARD', authorized: true, insecureIngest: true,
    recordingConfigurationArn: await world.shared('recording'),
    playbackRestrictionPolicyArn: await world.shared('policy'),
    containerFormat: 'TS', adConfigurationArn: await world.shared('ads'),
  }),
  async (world) => ({
    ...await rest(world), type: 'STANDARD', containerFormat: 'FRAGMENTED_MP4', adConfigurationArn: '',
    multitrackInputConfiguration: multitrack, recordingConfigurationArn: '', playbackRestrictionPolicyArn: '',
  }),
  async (world) => ({
    ...await rest(world), type: 'ADVANCED_SD', preset: 'CONSTRAINED_BANDWIDTH_DELIVERY',
    multitrackInputConfiguration: { enabled: false },
  }),
];
const adSettings = {
  name: 'ads', postRollConfiguration: { enabled: true, durationSeconds: 300 },
  mediaTailorPlaybackConfigurations: ['a', 'b-2', 'C'].map((id) =>
    ({ playbackConfigurationArn: mediaTailor.replace(/ads$/, id) })),
};
const policySettings = {
  name: 'only_here', allowedCountries: ['DE', 'FR'], enableStrictOriginEnforcement: true,
  allowedOrigins: ['https://example.com', 'https://*.example.org', '*'],
};

const reviewer = 'arn:aws:lambda:us-west-2:123456789012:function:review';
const roomSettings = (rest) => [
  async (world) => ({
    ...await rest(world), name: 'all_of-it', maximumMessageRatePerSecond: 100, maximumMessageLength: 1,
    messageReviewHandler: { uri: reviewer, fallbackResult: 'DENY' },
    loggingConfigurationIdentifiers: [await world.shared('logging')],
  }),
  async (world) => ({
    ...await rest(world), name: '', maximumMessageRatePerSecond: 1, maximumMessageLength: 500, loggingConfigurationIdentifiers: [],
  }),
];
const chatTags = { team: 'ünïcode ツ 🎈', 'a<b>#"\\': '' }; // chat's have no pattern
const destinations = [
  { s3: { bucketName: 'a.b-c0' } }, { firehose: { deliveryStreamName: 'stream_1.a-b' } },
  { cloudWatchLogs: { logGroupName: '/aws/chat#a.b-c_d' } },
];

/** The tag operations of a service: on a resource of this kind. */
const tagging = (kind, more) => ({
  ListTagsForResource: { base: async (world) => ({ resourceArn: await world.shared(kind) }) },
  TagResource: {
    base: async (world) => ({ resourceArn: await world.shared(kind), tags: more }),
    undo: async (world) => {
      const resourceArn = await world.shared(kind);
      const list = kinds[kind].by ? 'ivschat:ListTagsForResource' : 'ListTagsForResource';
      const untag = kinds[kind].by ? 'ivschat:UntagResource' : 'UntagResource';
      const { tags: there } = await world.caller.get(list, { resourceArn });
      if (Object.keys(there).length) await world.caller.get(untag, { resourceArn, tagKeys: Object.keys(there) });
    },
  },
  UntagResource: { base: async (world) => ({ resourceArn: await world.shared(kind), tagKeys: Object.keys(more) }) },
});
const ofChat = (scenariosByName) =>
  Object.fromEntries(Object.entries(scenariosByName).map(([name, one]) => [`ivschat:${name}`, one]));

/**
 * For every operation: `base` gives a minimal valid input, `fuller` others with all members; `undo`
 * takes back what a success did; `idle` is the error where nothing is on the air; `live` marks what
 * succeeds only then.
 */
export const scenarios = {
  BatchGetChannel: { base: async (world) => ({ arns: [await world.shared('channel')] }) },
  BatchGetStreamKey: { base: async (world) => ({ arns: [await world.shared('streamKey')] }) },
  BatchStartViewerSessionRevocation: {
    base: async (world) => ({ viewerSessions: [{ channelArn: await world.shared('channel'), viewerId: 'viewer' }] }),
  },
  CreateAdConfiguration: making('ads', [async () => ({ ...adSettings, tags })]),
  CreateChannel: making('channel', channelSettings(async () => ({ tags }))),
  CreatePlaybackRestrictionPolicy: making('policy', [async () => ({ ...policySettings, tags })]),
  CreateRecordingConfiguration: making('recording', [
    async () => ({
      name: 'everything', destinationConfiguration: { s3: { bucketName: 'a.b-c0' } }, tags,
      thumbnailConfiguration: {
        recordingMode: 'INTERVAL', targetIntervalSeconds: 7, resolution: 'LOWEST_RESOLUTION', storage: ['SEQUENTIAL', 'LATEST'],
      },
      recordingReconnectWindowSeconds: 300,
      renditionConfiguration: { renditionSelection: 'CUSTOM', renditions: ['SD', 'HD', 'FULL_HD', 'LOWEST_RESOLUTION'] },
    }),
    async () => ({
      ...kinds.recording.input(), thumbnailConfiguration: { recordingMode: 'DISABLED' },
      renditionConfiguration: { renditionSelection: 'NONE' },
    }),
  ]),
  CreateStreamKey: {
    base: async (world) => ({ channelArn: await world.keyless() }),
    fuller: [async (world) => ({ channelArn: await world.keyless(), tags })],
    undo: (world, out) => world.drop('streamKey', out.streamKey.arn),
  },
  DeleteAdConfiguration: deleting('ads'),
  DeleteChannel: deleting('channel'),
  DeletePlaybackKeyPair: deleting('keyPair'),
  DeletePlaybackRestrictionPolicy: deleting('policy'),
  DeleteRecordingConfiguration: deleting('recording'),
  DeleteStreamKey: deleting('streamKey'),
  GetAdConfiguration: { base: arn('ads') },
  GetChannel: { base: arn('channel') },
  GetPlaybackKeyPair: { base: arn('keyPair') },
  GetPlaybackRestrictionPolicy: { base: arn('policy') },
  GetRecordingConfiguration: { base: arn('recording') },
  GetStream: { base: channelArn(), idle: 'ChannelNotBroadcasting' },
  GetStreamKey: { base: arn('streamKey') },
  GetStreamSession: { base: channelArn(), idle: 'ResourceNotFoundException' },
  ImportPlaybackKeyPair: making('keyPair', [async () => ({ publicKeyMaterial: newPublicKey(), name: 'key_1', tags })]),
  InsertAdBreak: { base: channelArn({ durationSeconds: 30 }), idle: 'ChannelNotBroadcasting' },
  ListAdConfigurations: { base: async () => ({}) },
  ListChannels: { base: async () => ({}) },
  ListPlaybackKeyPairs: { base: async () => ({}) },
  ListPlaybackRestrictionPolicies: { base: async () => ({}) },
  ListRecordingConfigurations: { base: async () => ({}) },
  ListStreamKeys: { base: channelArn() },
  ListStreamSessions: { base: channelArn() },
  ListStreams: { base: async () => ({}), fuller: [async () => ({ filterBy: { health: 'HEALTHY' }, maxResults: 7 })] },
  PutMetadata: { base: channelArn({ metadata: 'text' }), idle: 'ChannelNotBroadcasting' },
  StartViewerSessionRevocation: {
    base: channelArn({ viewerId: 'viewer' }),
    fuller: [channelArn({ viewerId: 'viewer', viewerSessionVersionsLessThanOrEqualTo: 12 })],
  },
  StopStream: { base: channelArn(), idle: 'ChannelNotBroadcasting' },
  ...tagging('channel', { k: 'v' }),
  UpdateAdConfiguration: {
    base: arn('ads'), fuller: [async (world) => ({ arn: await world.shared('ads'), ...adSettings })],
  },
  UpdateChannel: { base: arn('channel'), fuller: channelSettings(arn('channel')) },
  UpdatePlaybackRestrictionPolicy: {
    base: arn('policy'), fuller: [async (world) => ({ arn: await world.shared('policy'), ...policySettings })],
  },

  CreateChatToken: {
    base: inRoom({ userId: 'somebody' }),
    fuller: [inRoom({
      userId: 'ünïcode 🎈', capabilities: ['SEND_MESSAGE', 'DELETE_MESSAGE', 'DISCONNECT_USER'], sessionDurationInMinutes: 180,
      attributes: { displayName: 'Ä 𝕏', odd: '"<b>\n' },
    })],
  },
  CreateLoggingConfiguration: making('logging', destinations.map((destinationConfiguration) =>
    async () => ({ name: 'logs_1-a', destinationConfiguration, tags: chatTags }))),
  CreateRoom: making('room', roomSettings(async () => ({ tags: chatTags }))),
  DeleteLoggingConfiguration: deleting('logging'),
  DeleteMessage: {
    base: inRoom({ id: 'aZ0aZ0aZ0aZ0' }), fuller: [inRoom({ id: 'aZ0aZ0aZ0aZ0', reason: 'ünïcode 🎈' })],
  },
  DeleteRoom: deleting('room'),
  DisconnectUser: {
    base: inRoom({ userId: 'nobody' }), fuller: [inRoom({ userId: 'nobody', reason: 'ünïcode 🎈' })],
  },
  GetLoggingConfiguration: { base: arn('logging') },
  GetRoom: { base: arn('room') },
  ListLoggingConfigurations: { base: async () => ({}), fuller: [async () => ({ maxResults: 7 })] },
  ListRooms: {
    base: async () => ({}),
    fuller: [
      async (world) => ({ name: 'all_of-it', maxResults: 7, loggingConfigurationIdentifier: await world.shared('logging') }),
      async () => ({ messageReviewHandlerUri: reviewer }),
    ],
  },
  SendEvent: {
    base: inRoom({ eventName: 'app:event' }),
    fuller: [inRoom({ eventName: 'ünïcode 🎈', attributes: { 'a "b"': 'c\n', empty: '' } })],
  },
  UpdateLoggingConfiguration: {
    base: arn('logging'),
    fuller: destinations.map((destinationConfiguration) =>
      async (world) => ({ identifier: await world.shared('logging'), name: 'changed', destinationConfiguration })),
  },
  UpdateRoom: { base: arn('room'), fuller: roomSettings(arn('room')) },
  ...ofChat(tagging('room', { 'k #1': 'v' })),
};
