import type { ivs } from '@rostrum/client/api';
import { CheckField, SelectField, TextField, usePoll } from '@rostrum/ui';
import { allConfigurations } from './data';
import { idOf } from '../arn';
import { useApi } from '../session/context';
import { strings } from '../strings';

const words = strings.channelForm;

export interface ChannelDraft {
  readonly name: string;
  readonly type: NonNullable<ivs.Channel['type']>;
  readonly latencyMode: NonNullable<ivs.Channel['latencyMode']>;
  readonly recordingConfigurationArn: string;
  readonly insecureIngest: boolean;
  readonly authorized: boolean;
}

export const newDraft: ChannelDraft = {
  name: '',
  type: 'STANDARD',
  latencyMode: 'LOW',
  recordingConfigurationArn: '',
  insecureIngest: false,
  authorized: false,
};

export const draftOf = (channel: ivs.Channel): ChannelDraft => ({
  name: channel.name ?? '',
  type: channel.type ?? 'STANDARD',
  latencyMode: channel.latencyMode ?? 'LOW',
  recordingConfigurationArn: channel.recordingConfigurationArn ?? '',
  insecureIngest: channel.insecureIngest ?? false,
  authorized: channel.authorized ?? false,
});

/** Only what differs is sent: what others changed meanwhile stays. */
export function changes(before: ChannelDraft, after: ChannelDraft): Partial<ChannelDraft> {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => before[name as keyof ChannelDraft] !== value),
  );
}

export const isName = (name: string): boolean => /^[a-zA-Z0-9_-]{0,128}$/.test(name);

export function ChannelFields({
  draft,
  onChange,
  nameError,
}: {
  readonly draft: ChannelDraft;
  readonly onChange: (draft: ChannelDraft) => void;
  readonly nameError?: string | null;
}) {
  const api = useApi();
  const configurations = usePoll('configurations', 30_000, (signal) =>
    allConfigurations(api, signal),
  );
  const set = (change: Partial<ChannelDraft>) => onChange({ ...draft, ...change });
  const known = configurations.value ?? [];
  const chosen = draft.recordingConfigurationArn;
  const options = [
    { value: '', label: words.noRecording },
    ...known.map((one) => ({
      value: one.arn,
      label: one.name || one.destinationConfiguration.s3?.bucketName || idOf(one.arn),
    })),
    ...(chosen !== '' && !known.some((one) => one.arn === chosen)
      ? [{ value: chosen, label: idOf(chosen) }]
      : []),
  ];
  return (
    <>
      <TextField
        label={words.name}
        hint={words.nameHint}
        error={isName(draft.name) ? nameError : words.nameWrong}
        value={draft.name}
        onChange={(name) => set({ name })}
        autoComplete="off"
      />
      <div className="form-row">
        <SelectField
          label={words.type}
          hint={strings.typeHints[draft.type]}
          value={draft.type}
          onChange={(type) => set({ type })}
          options={(['BASIC', 'STANDARD', 'ADVANCED_SD', 'ADVANCED_HD'] as const).map((value) => ({
            value,
            label: strings.types[value],
          }))}
        />
        <SelectField
          label={words.latency}
          value={draft.latencyMode}
          onChange={(latencyMode) => set({ latencyMode })}
          options={[
            { value: 'LOW', label: words.low },
            { value: 'NORMAL', label: words.normal },
          ]}
        />
      </div>
      <SelectField
        label={words.recording}
        value={chosen}
        onChange={(recordingConfigurationArn) => set({ recordingConfigurationArn })}
        options={options}
      />
      <CheckField
        label={words.authorized}
        hint={words.authorizedHint}
        checked={draft.authorized}
        onChange={(authorized) => set({ authorized })}
      />
      <CheckField
        label={words.insecure}
        hint={words.insecureHint}
        checked={draft.insecureIngest}
        onChange={(insecureIngest) => set({ insecureIngest })}
      />
    </>
  );
}
