import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Ingest } from '@rostrum/client';
import { CopyField, Skeleton } from '@rostrum/ui';
import { useWatchText } from '../strings/watch';

function Obs({ ingest }: { readonly ingest: Ingest }) {
  const strings = useWatchText();
  return (
    <>
      <p>{strings.obsSteps}</p>
      <CopyField label={strings.obsServer} value={ingest.rtmp ?? ingest.rtmps ?? ''} />
      <CopyField label={strings.obsKey} value={strings.streamKey} blank={strings.streamKey} />
      <p className="quiet">{strings.obsHint}</p>
    </>
  );
}

function Ffmpeg({ ingest }: { readonly ingest: Ingest }) {
  const strings = useWatchText();
  const key = strings.streamKey;
  const url = `${(ingest.rtmp ?? ingest.rtmps ?? '').replace(/\/$/, '')}/${key}`;
  const command =
    `ffmpeg -re -i ${strings.ownFile} -c:v libx264 -preset veryfast -tune zerolatency -b:v 2500k ` +
    `-g 60 -pix_fmt yuv420p -c:a aac -b:a 128k -f flv "${url}"`;
  return (
    <>
      <p>{strings.ffmpegSteps}</p>
      <CopyField label={strings.command} value={command} blank={key} wrap />
    </>
  );
}

function Other({ ingest }: { readonly ingest: Ingest }) {
  const strings = useWatchText();
  const names = ['rtmp', 'rtmps', 'srt'] as const;
  return (
    <>
      <p>{strings.otherSteps}</p>
      {names.map((name) => {
        const address = ingest[name];
        return address === null ? null : (
          <CopyField key={name} label={strings.addressOf[name]} value={address} />
        );
      })}
    </>
  );
}

const tabs: readonly {
  readonly name: 'OBS' | 'ffmpeg' | 'other';
  readonly Body: (props: { ingest: Ingest }) => ReactNode;
}[] = [
  { name: 'OBS', Body: Obs },
  { name: 'ffmpeg', Body: Ffmpeg },
  { name: 'other', Body: Other },
];

/** How to publish to this server, with its own addresses filled in. */
export function Publish({ ingest }: { readonly ingest: Ingest | null }) {
  const strings = useWatchText();
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const to = (chosen + step + tabs.length) % tabs.length;
    setChosen(to);
    list.current?.querySelectorAll('button')[to]?.focus();
  };
  const Body = tabs[chosen]?.Body ?? Obs;
  return (
    <section className="publish" aria-labelledby={`${id}-title`}>
      <div className="publish-words">
        <h2 id={`${id}-title`}>{strings.publishTitle}</h2>
        <p className="quiet">{strings.publishText}</p>
      </div>
      <div className="publish-how">
        <div role="tablist" aria-label={strings.tabs} className="tabs" ref={list} onKeyDown={move}>
          {tabs.map((tab, i) => (
            <button
              key={tab.name}
              type="button"
              role="tab"
              id={`${id}-tab-${i}`}
              aria-selected={i === chosen}
              aria-controls={`${id}-panel`}
              tabIndex={i === chosen ? 0 : -1}
              onClick={() => setChosen(i)}
            >
              {tab.name === 'other' ? strings.other : tab.name}
            </button>
          ))}
        </div>
        <div
          role="tabpanel"
          id={`${id}-panel`}
          aria-labelledby={`${id}-tab-${chosen}`}
          className="tab-body"
        >
          {ingest ? (
            <Body ingest={ingest} />
          ) : (
            <>
              <Skeleton width="80%" height="23px" />
              <Skeleton width="100%" height="69px" />
              <Skeleton width="100%" height="69px" />
            </>
          )}
        </div>
      </div>
    </section>
  );
}
