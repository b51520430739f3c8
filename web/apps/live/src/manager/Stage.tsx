import { useMemo, useState } from 'react';
import type { ChannelDetails } from '@rostrum/client/channels';
import { platformError, type OwnChannel } from '@rostrum/client/platform';
import {
  Button,
  ButtonLink,
  Dialog,
  Drawing,
  elapsed,
  exactTime,
  Icon,
  LiveBadge,
  Mark,
  Player,
  toast,
  useNow,
  viewers,
} from '@rostrum/ui';
import { healthWord, liveSentence, useReport } from '@rostrum/ui/health';
import { to } from '../routes';
import { failureWords } from '../shell/failure';
import { useManagerText } from '../strings/manager';
import { AboutForm } from './AboutForm';
import { sourceOf, stopStream } from './calls';
import { GoLive } from './GoLive';
import { icons } from './icons';
import { Refused, useRefused } from './Refused';
import './Stage.css';

function Elapsed({ since }: { readonly since: number }) {
  const words = useManagerText();
  const time = elapsed(useNow(1000) - since);
  return (
    <span title={exactTime(since)} aria-label={words.elapsed(time)}>
      <Icon name="clock" size={18} /> {time}
    </span>
  );
}

/** How the stream goes, in words. */
function Health({ channelArn }: { readonly channelArn: string }) {
  const words = useManagerText();
  const source = useMemo(() => sourceOf(channelArn), [channelArn]);
  const { value } = useReport(source, null, 2000);
  const isOn = value?.state === 'LIVE';
  const { tone } = healthWord(value);
  return (
    <a className={`glance ${isOn ? tone : 'plain'}`} href={to.health()} title={words.healthLink}>
      <Drawing svg={icons.pulse} size={20} />
      <span role="status">{isOn ? liveSentence(value) : words.connecting}</span>
      <Drawing svg={icons.right} size={18} />
    </a>
  );
}

/** One's own picture and what is known of it; how to go live while there is none. */
export function Stage({
  own,
  channel,
  isLive,
  onChange,
}: {
  readonly own: OwnChannel;
  /** As viewers see it; null until it is known. */
  readonly channel: ChannelDetails | null;
  readonly isLive: boolean;
  readonly onChange: (own: OwnChannel) => void;
}) {
  const words = useManagerText();
  const [isHidden, setHidden] = useState(false);
  const [stopping, setStopping] = useState(false);
  const [refused, setRefused] = useRefused(own);
  const stop = () => {
    setStopping(false);
    stopStream().then(
      () => toast(words.stopped),
      (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
    );
  };
  return (
    <div className="own-stage">
      {refused && <Refused refused={refused} isLive={isLive} onTold={setRefused} />}
      <div className="own-picture dark-room">
        {isLive && own.playbackUrl && !isHidden ? (
          <Player src={own.playbackUrl} label={words.previewLabel} muted />
        ) : (
          <div className="own-empty">
            <Mark size={40} />
            <p>{isLive ? words.previewHidden : words.offlineText}</p>
          </div>
        )}
      </div>
      <div className="own-facts">
        {isLive ? (
          <LiveBadge label={words.live} />
        ) : (
          <span className="own-off">{words.offline}</span>
        )}
        {isLive && channel?.startedAt && <Elapsed since={channel.startedAt} />}
        {isLive && channel && (
          <span>
            <Icon name="eye" size={18} /> {viewers(channel.viewers)}
          </span>
        )}
        <span className="own-acts">
          {isLive && (
            <Button
              small
              kind="quiet"
              label={isHidden ? words.showPreview : words.hidePreview}
              onClick={() => setHidden(!isHidden)}
            >
              {isHidden ? <Icon name="eye" size={18} /> : <Drawing svg={icons.video} size={18} />}
            </Button>
          )}
          <ButtonLink small kind="quiet" href={to.channel(own.name)}>
            {words.watchPage}
          </ButtonLink>
        </span>
      </div>
      {isLive && <Health channelArn={own.channelArn} />}
      <AboutForm key={own.name} channel={own} onChange={onChange} />
      {isLive && (
        <div className="own-stop">
          <Button kind="danger" onClick={() => setStopping(true)}>
            {words.stopStream}
          </Button>
        </div>
      )}
      {!isLive && own.canStream && <GoLive channel={own} />}
      {!isLive && !own.canStream && <p className="quiet">{words.cannotStream}</p>}
      <Dialog
        open={stopping}
        onClose={() => setStopping(false)}
        title={words.stopTitle}
        description={words.stopText}
        actions={
          <>
            <Button onClick={() => setStopping(false)}>{words.cancel}</Button>
            <Button kind="danger" onClick={stop}>
              {words.stopStream}
            </Button>
          </>
        }
      />
    </div>
  );
}
