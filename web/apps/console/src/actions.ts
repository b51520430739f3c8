/**
 * Everything that the console can change, once: what it is called, what it takes, what it does. Buttons,
 * shortcuts and dialogs refer to these.
 */
import { ApiFailure, type ivs, type rostrum, type SignedApi } from '@rostrum/client/api';
import { strings } from './strings';

export interface Action<I, O = unknown> {
  readonly label: string;
  readonly perform: (api: SignedApi, input: I) => Promise<O>;
}

const action = <I, O>(
  label: string,
  perform: (api: SignedApi, input: I) => Promise<O>,
): Action<I, O> => ({ label, perform });

const words = strings;

export const createChannel = action(
  words.channelForm.submit,
  (api, input: ivs.CreateChannelInput) => api.ivs('CreateChannel', input),
);
export const updateChannel = action(words.save, (api, input: ivs.UpdateChannelInput) =>
  api.ivs('UpdateChannel', input),
);
export const deleteChannel = action(words.channel.deleteDo, (api, arn: string) =>
  api.ivs('DeleteChannel', { arn }),
);
export const stopStream = action(words.channel.stopStream, (api, channelArn: string) =>
  api.ivs('StopStream', { channelArn }),
);

async function stopIfLive(api: SignedApi, channelArn: string): Promise<void> {
  try {
    await api.ivs('StopStream', { channelArn });
  } catch (error) {
    if (!(error instanceof ApiFailure && error.code === 'ChannelNotBroadcasting')) throw error;
  }
}

/** A channel has one key at a time, so the old one goes first; what ran with it ends. */
export const rotateStreamKey = action(
  words.channel.rotateDo,
  async (api, { channelArn, keyArn }: { channelArn: string; keyArn: string | null }) => {
    if (keyArn !== null) {
      await stopIfLive(api, channelArn);
      await api.ivs('DeleteStreamKey', { arn: keyArn });
    }
    return api.ivs('CreateStreamKey', { channelArn });
  },
);

export const createConfiguration = action(
  words.configurations.create,
  (api, input: ivs.CreateRecordingConfigurationInput) =>
    api.ivs('CreateRecordingConfiguration', input),
);
export const deleteConfiguration = action(words.configurations.deleteDo, (api, arn: string) =>
  api.ivs('DeleteRecordingConfiguration', { arn }),
);
export const deleteRecording = action(words.recordings.deleteDo, (api, recordingId: string) =>
  api.rostrum('DeleteRecording', { recordingId }),
);
export const clipRecording = action(
  words.recordings.clipDo,
  (api, input: rostrum.CreateRecordingClipInput) => api.rostrum('CreateRecordingClip', input),
);
export const createAccessKey = action(
  words.keys.create,
  (api, input: rostrum.CreateAccessKeyInput) => api.rostrum('CreateAccessKey', input),
);
export const deleteAccessKey = action(words.keys.deleteDo, (api, accessKeyId: string) =>
  api.rostrum('DeleteAccessKey', { accessKeyId }),
);
export const importPlaybackKey = action(
  words.keys.import,
  (api, input: ivs.ImportPlaybackKeyPairInput) => api.ivs('ImportPlaybackKeyPair', input),
);
export const deletePlaybackKey = action(words.keys.deletePlaybackDo, (api, arn: string) =>
  api.ivs('DeletePlaybackKeyPair', { arn }),
);
export const createPolicy = action(
  words.rules.create,
  (api, input: ivs.CreatePlaybackRestrictionPolicyInput) =>
    api.ivs('CreatePlaybackRestrictionPolicy', input),
);
export const updatePolicy = action(
  words.save,
  (api, input: ivs.UpdatePlaybackRestrictionPolicyInput) =>
    api.ivs('UpdatePlaybackRestrictionPolicy', input),
);
export const deletePolicy = action(words.rules.deleteDo, (api, arn: string) =>
  api.ivs('DeletePlaybackRestrictionPolicy', { arn }),
);
export const deleteEventRule = action(words.rules.deleteRuleDo, (api, name: string) =>
  api.rostrum('DeleteEventRule', { name }),
);
