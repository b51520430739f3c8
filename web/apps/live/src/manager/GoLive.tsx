import { useState } from 'react';
import { platformError, type OwnChannel } from '@rostrum/client/platform';
import {
  Button,
  CopyField,
  Dialog,
  Drawing,
  SecretField,
  Skeleton,
  toast,
  usePoll,
} from '@rostrum/ui';
import { Tabs } from '../channel/parts/Tabs';
import { failureWords } from '../shell/failure';
import { Trouble } from '../shell/Trouble';
import { useManagerText } from '../strings/manager';
import { newStreamKey, streamKey } from './calls';
import { icons } from './icons';
import './GoLive.css';

type Way = 'obs' | 'browser' | 'other';
const withSlash = (address: string) => `${address.replace(/\/$/, '')}/`;
/** Stands for the key in a command that may be seen by others. */
const secret = 'STREAM_KEY';

/** The stream key: hidden, copied without being shown, replaced after asking. */
function Key() {
  const words = useManagerText();
  const { value, error, again } = usePoll('stream key', 600_000, (signal) => streamKey(signal));
  const [newer, setNewer] = useState('');
  const [asking, setAsking] = useState(false);
  const replace = () => {
    setAsking(false);
    newStreamKey().then(
      (key) => {
        setNewer(key);
        toast(words.newKeyMade);
      },
      (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
    );
  };
  const key = newer || value;
  if (!key && error) return <Trouble error={error} again={again} />;
  if (!key) return <Skeleton width="100%" height="92px" />;
  return (
    <div className="own-key">
      <SecretField label={words.streamKey} value={key} />
      <div className="own-key-foot">
        <span className="field-hint">{words.keyHint}</span>
        <Button small kind="quiet" onClick={() => setAsking(true)}>
          <Drawing svg={icons.refresh} size={16} /> {words.newKey}
        </Button>
      </div>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={words.newKeyTitle}
        description={words.newKeyText}
        actions={
          <>
            <Button onClick={() => setAsking(false)}>{words.cancel}</Button>
            <Button kind="danger" onClick={replace}>
              {words.newKeyDo}
            </Button>
          </>
        }
      />
    </div>
  );
}

/** How to go live, for what one streams with. */
export function GoLive({ channel }: { readonly channel: OwnChannel }) {
  const words = useManagerText();
  const [way, setWay] = useState<Way>('obs');
  const { ingest } = channel;
  const server = ingest.server ? withSlash(ingest.server) : '';
  const command =
    `ffmpeg -re -i ${words.ownFile} -c:v libx264 -preset veryfast -tune zerolatency -b:v 2500k ` +
    `-g 60 -pix_fmt yuv420p -c:a aac -b:a 128k -f flv "${server}${secret}"`;
  const obs = (
    <div className="go-way">
      {server && <CopyField label={words.server} value={server} />}
      <Key />
      <ol className="go-steps">
        {words.obsSteps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </div>
  );
  const browser = (
    <div className="go-way">
      <p>{words.browserText}</p>
      <a
        className="button plain go-link"
        href="https://obsproject.com/download"
        target="_blank"
        rel="noopener noreferrer"
      >
        {words.browserLink} <Drawing svg={icons.external} size={16} />
      </a>
    </div>
  );
  const addresses = (['rtmps', 'rtmp', 'srt'] as const).flatMap((name) => {
    const url = ingest[name];
    return url ? [{ name, url: name === 'srt' ? url : withSlash(url) }] : [];
  });
  const other = (
    <div className="go-way">
      <p className="quiet">{words.otherText}</p>
      {server && <CopyField label={words.command} value={command} blank={secret} wrap />}
      {addresses.map(({ name, url }) => (
        <CopyField key={name} label={words[name]} value={url} />
      ))}
      <Key />
    </div>
  );
  return (
    <section className="go-live" aria-labelledby="go-live-title">
      <h2 id="go-live-title">{words.goLive}</h2>
      <p className="quiet">{words.goLiveText}</p>
      <Tabs<Way>
        label={words.encoders}
        chosen={way}
        onChoose={setWay}
        tabs={[
          { id: 'obs', label: words.obs, content: obs },
          { id: 'browser', label: words.browser, content: browser },
          { id: 'other', label: words.other, content: other },
        ]}
      />
    </section>
  );
}
