import { useState } from 'react';
import * as Tabs from '@radix-ui/react-tabs';
import type { Ingest } from '@rostrum/client';
import { ApiFailure, type ivs } from '@rostrum/client/api';
import { Button, CopyField, SecretField, Skeleton, usePoll } from '@rostrum/ui';
import { rotateStreamKey } from '../actions';
import { strings } from '../strings';
import { useApi, useReason } from '../session/context';
import { Card, Symbol } from './bits';
import { Confirm } from './Confirm';
import { openApi } from './data';
import { ActionError } from './Failed';
import { useAction } from './useAction';
import './GoLive.css';

const words = strings.channel;

interface KeyState {
  readonly key: ivs.StreamKey | null;
  /** Its value is not for this access key. */
  readonly hidden: boolean;
}

function useStreamKey(channelArn: string) {
  const api = useApi();
  return usePoll(`stream key ${channelArn}`, 60_000, async (signal): Promise<KeyState> => {
    const { streamKeys } = await api.ivs('ListStreamKeys', { channelArn }, signal);
    const arn = streamKeys[0]?.arn;
    if (arn === undefined) return { key: null, hidden: false };
    try {
      const { streamKey } = await api.ivs('GetStreamKey', { arn }, signal);
      return { key: streamKey ?? null, hidden: false };
    } catch (error) {
      if (error instanceof ApiFailure && error.kind === 'not-allowed')
        return { key: { arn }, hidden: true };
      throw error;
    }
  });
}

const withSlash = (address: string) => `${address.replace(/\/$/, '')}/`;

/** The addresses that this channel takes streams at, best first. */
export function addressesOf(
  channel: ivs.Channel,
  ingest: Ingest | null,
): { readonly name: 'rtmps' | 'rtmp' | 'srt'; readonly url: string }[] {
  const all: { name: 'rtmps' | 'rtmp' | 'srt'; url: string }[] = [];
  const add = (name: 'rtmps' | 'rtmp' | 'srt', url: string | null | undefined) => {
    if (url) all.push({ name, url });
  };
  const rtmps =
    ingest?.rtmps ?? (channel.ingestEndpoint ? `rtmps://${channel.ingestEndpoint}:443/app` : null);
  add('rtmps', rtmps && withSlash(rtmps));
  if (channel.insecureIngest) add('rtmp', ingest?.rtmp && withSlash(ingest.rtmp));
  add('srt', channel.srt?.endpoint);
  return all;
}

function Key({ channel, state }: { readonly channel: ivs.Channel; readonly state: KeyState }) {
  const reason = useReason();
  const making = useAction(rotateStreamKey);
  const [asking, setAsking] = useState(false);
  const [newer, setNewer] = useState<ivs.StreamKey | null>(null);
  const key = newer ?? state.key;
  const channelArn = channel.arn ?? '';
  const name = channel.name || strings.channels.unnamed;
  if (!key) {
    return (
      <div className="form">
        <p>{words.noKey}</p>
        <ActionError error={making.error} />
        <Button
          reason={reason}
          disabled={making.busy}
          onClick={() =>
            void making
              .run({ channelArn, keyArn: null })
              .then((made) => made?.streamKey && setNewer(made.streamKey))
          }
        >
          <Symbol name="keyRound" /> {words.makeKey}
        </Button>
      </div>
    );
  }
  return (
    <div className="stream-key">
      {key.value ? (
        <SecretField label={words.streamKey} value={key.value} />
      ) : (
        <div>
          <span className="copy-label">{words.streamKey}</span>
          <p className="quiet">{words.keyHidden}</p>
        </div>
      )}
      <Button kind="quiet" small reason={reason} onClick={() => setAsking(true)}>
        <Symbol name="refresh" size={16} /> {words.rotate}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        action={rotateStreamKey}
        input={{ channelArn, keyArn: key.arn ?? null }}
        title={words.rotateTitle(name)}
        text={words.rotateText}
        done={words.rotated}
        onDone={(made) => made.streamKey && setNewer(made.streamKey)}
      />
    </div>
  );
}

/** How to stream to this channel: addresses and key to copy, for the encoder one has. */
export function GoLive({ channel }: { readonly channel: ivs.Channel }) {
  const server = usePoll('server', 120_000, (signal) => openApi.server(signal));
  const key = useStreamKey(channel.arn ?? '');
  const addresses = addressesOf(channel, server.value?.ingest ?? null);
  const first = addresses.find((one) => one.name !== 'srt');
  const secret = 'STREAM_KEY';
  const command =
    `ffmpeg -re -i ${words.ownFile} -c:v libx264 -preset veryfast -tune zerolatency -b:v 2500k ` +
    `-g 60 -pix_fmt yuv420p -c:a aac -b:a 128k -f flv "${first?.url ?? ''}${secret}"`;
  const keyPart = key.value ? (
    <Key channel={channel} state={key.value} />
  ) : key.error ? (
    <p className="quiet">{strings.failed(key.error.message)}</p>
  ) : (
    <Skeleton width="100%" height="69px" />
  );
  return (
    <Card title={words.ingest} className="go-live">
      <p className="quiet">{words.ingestText}</p>
      {!server.value && !server.error ? (
        <Skeleton width="100%" height="240px" />
      ) : (
        <Tabs.Root defaultValue="obs" className="tabs">
          <Tabs.List className="tab-list" aria-label={words.encoders}>
            <Tabs.Trigger value="obs">{words.obs}</Tabs.Trigger>
            <Tabs.Trigger value="ffmpeg">{words.ffmpeg}</Tabs.Trigger>
            <Tabs.Trigger value="other">{words.other}</Tabs.Trigger>
          </Tabs.List>
          <Tabs.Content value="obs" className="tab-panel">
            {first && <CopyField label={words.server} value={first.url} />}
            {keyPart}
            <ol className="steps">
              {words.obsSteps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          </Tabs.Content>
          <Tabs.Content value="ffmpeg" className="tab-panel">
            {first && <CopyField label={words.command} value={command} blank={secret} wrap />}
            {keyPart}
          </Tabs.Content>
          <Tabs.Content value="other" className="tab-panel">
            {addresses.map((one) => (
              <CopyField key={one.name} label={words[one.name]} value={one.url} />
            ))}
            {channel.srt?.passphrase && (
              <SecretField label={words.passphrase} value={channel.srt.passphrase} />
            )}
            {keyPart}
          </Tabs.Content>
        </Tabs.Root>
      )}
    </Card>
  );
}
