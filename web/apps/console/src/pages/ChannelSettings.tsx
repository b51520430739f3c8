import { useState } from 'react';
import type { ivs } from '@rostrum/client/api';
import { Button, SelectField, toast, usePoll } from '@rostrum/ui';
import { deleteChannel, updateChannel } from '../actions';
import { idOf } from '../arn';
import { Card, Symbol } from '../parts/bits';
import { ChannelFields, changes, draftOf, isName } from '../parts/ChannelFields';
import { ChannelFrame } from '../parts/ChannelFrame';
import { Confirm } from '../parts/Confirm';
import { allPolicies } from '../parts/data';
import { ActionError } from '../parts/Failed';
import { useAction } from '../parts/useAction';
import { go, to } from '../routes';
import { useApi, useReason } from '../session/context';
import { strings } from '../strings';
import './ChannelSettings.css';

const words = strings.channel;

function Policy({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (arn: string) => void;
}) {
  const api = useApi();
  const policies = usePoll('policies', 30_000, (signal) => allPolicies(api, signal));
  const known = policies.value ?? [];
  return (
    <SelectField
      label={strings.channelForm.policy}
      value={value}
      onChange={onChange}
      options={[
        { value: '', label: strings.channelForm.noPolicy },
        ...known.map((one) => ({ value: one.arn, label: one.name || idOf(one.arn) })),
        ...(value !== '' && !known.some((one) => one.arn === value)
          ? [{ value, label: idOf(value) }]
          : []),
      ]}
    />
  );
}

function Settings({
  channel,
  again,
}: {
  readonly channel: ivs.Channel;
  readonly again: () => void;
}) {
  const reason = useReason();
  const saving = useAction(updateChannel);
  const [start] = useState(() => ({
    draft: draftOf(channel),
    policy: channel.playbackRestrictionPolicyArn ?? '',
  }));
  const [before, setBefore] = useState(start);
  const [draft, setDraft] = useState(start.draft);
  const [policy, setPolicy] = useState(start.policy);
  const [deleting, setDeleting] = useState(false);
  const change = {
    ...changes(before.draft, draft),
    ...(policy === before.policy ? {} : { playbackRestrictionPolicyArn: policy }),
  };
  const isChanged = Object.keys(change).length > 0;
  const name = channel.name || idOf(channel.arn);
  const save = async () => {
    if (!isChanged || !isName(draft.name)) return;
    const saved = await saving.run({ arn: channel.arn ?? '', ...change });
    if (!saved?.channel) return;
    setBefore({ draft, policy });
    toast(strings.channelForm.changed);
    again();
  };
  const about = saving.error?.field === 'name' ? saving.error : null;
  return (
    <div className="settings">
      <Card title={words.settings}>
        <form
          className="form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <ChannelFields draft={draft} onChange={setDraft} nameError={about?.message ?? null} />
          <Policy value={policy} onChange={setPolicy} />
          <ActionError error={about ? null : saving.error} />
          <div className="settings-foot">
            <Button
              kind="primary"
              type="submit"
              reason={reason}
              disabled={!isChanged || saving.busy || !isName(draft.name)}
            >
              {saving.busy ? strings.saving : saving.label}
            </Button>
          </div>
        </form>
      </Card>
      <Card title={words.danger}>
        <p className="quiet">{words.deleteIntro}</p>
        <div>
          <Button kind="danger" reason={reason} onClick={() => setDeleting(true)}>
            <Symbol name="trash" /> {words.deleteOpen}
          </Button>
        </div>
        <Confirm
          open={deleting}
          onClose={() => setDeleting(false)}
          action={deleteChannel}
          input={channel.arn ?? ''}
          title={words.deleteTitle(name)}
          text={words.deleteText}
          typed={name}
          typedLabel={words.deleteType(name)}
          done={words.deleted(name)}
          onDone={() => go(to.channels, 'replace')}
        />
      </Card>
    </div>
  );
}

export function ChannelSettings({ id }: { readonly id: string }) {
  return (
    <ChannelFrame
      id={id}
      here={to.channelSettings(id)}
      title={(name) => `${words.settings}: ${name}`}
    >
      {(channel, again) => <Settings channel={channel} again={again} />}
    </ChannelFrame>
  );
}
