import { useState } from 'react';
import {
  overlayFrom,
  overlayKinds,
  problemsOf,
  type OverlayFields,
  type OverlayKind,
} from '@rostrum/client/overlays';
import { platformError } from '@rostrum/client/platform';
import { Button, Dialog, Drawing, Skeleton, toast } from '@rostrum/ui';
import { CountdownRing } from '@rostrum/ui/overlays';
import { usePlatform } from '../shell/about';
import { failureWords } from '../shell/failure';
import { Trouble } from '../shell/Trouble';
import { useManagerText } from '../strings/manager';
import { filled, summary } from './drafts';
import { icons } from './icons';
import { OverlayDialog } from './OverlayDialog';
import { PollHistory } from './PollHistory';
import { PollPanel } from './PollPanel';
import { ProductSearch } from './ProductSearch';
import type { Deck as DeckState } from './useDeck';
import './Deck.css';

function Card({
  kind,
  draft,
  shown,
  isOn,
  endsAt,
  startedAt,
  isLive,
  isBusy,
  onEdit,
  onStart,
  onStop,
}: {
  readonly kind: OverlayKind;
  readonly draft: OverlayFields | undefined;
  /** What is on, while it is. */
  readonly shown: OverlayFields | undefined;
  readonly isOn: boolean;
  readonly endsAt: number | null;
  readonly startedAt: number;
  readonly isLive: boolean;
  readonly isBusy: boolean;
  readonly onEdit: () => void;
  readonly onStart: () => void;
  readonly onStop: () => void;
}) {
  const words = useManagerText();
  const { name, what } = words.kinds[kind];
  const line = summary(kind, shown ?? draft);
  const needsDraft = kind !== 'celebration';
  const isReady = problemsOf(kind, filled(kind, draft)).length === 0;
  const reason = !isLive ? words.onlyLive : isReady ? undefined : words.unfinished;
  const search = kind === 'amazon_product';
  const editWord = search ? words.choose : line ? words.editShort : words.write;
  return (
    <li className={isOn ? 'deck-card on' : 'deck-card'}>
      <div className="deck-head">
        <span className={isOn ? 'deck-icon on' : 'deck-icon'}>
          <Drawing svg={icons[kind]} size={20} />
        </span>
        <div className="deck-words">
          <h3>{name}</h3>
          <p className={line ? 'deck-line' : 'deck-line quiet'}>
            {line || (needsDraft && !search ? words.noDraft : what)}
          </p>
        </div>
        {isOn && endsAt !== null && (
          <CountdownRing endsAt={endsAt} total={endsAt - startedAt} size={36} />
        )}
      </div>
      <div className="deck-acts">
        {needsDraft && (
          <Button kind="quiet" label={words.actFor(editWord, name)} onClick={onEdit}>
            <Drawing svg={search ? icons.search : icons.pencil} size={16} />
            {editWord}
          </Button>
        )}
        {isOn ? (
          <Button kind="primary" label={words.stopThat(name)} disabled={isBusy} onClick={onStop}>
            <Drawing svg={icons.stop} size={16} /> {words.stop}
          </Button>
        ) : (
          !search && (
            <Button
              label={words.startThat(name)}
              reason={reason}
              disabled={isBusy}
              onClick={onStart}
            >
              <Drawing svg={icons.play} size={16} /> {words.start}
            </Button>
          )
        )}
      </div>
    </li>
  );
}

/** What can be put on the picture: six kinds, one at a time. */
export function Deck({ deck, isLive }: { readonly deck: DeckState; readonly isLive: boolean }) {
  const words = useManagerText();
  const { amazonProducts } = usePlatform();
  const [editing, setEditing] = useState<OverlayKind | null>(null);
  const [searching, setSearching] = useState(false);
  const [history, setHistory] = useState(false);
  /** Would end an open poll: asked about first. */
  const [waiting, setWaiting] = useState<{ kind: OverlayKind; data: OverlayFields } | null>(null);
  const { drafts, active, poll } = deck;
  const kinds = overlayKinds.filter((kind) => kind !== 'amazon_product' || amazonProducts);

  const start = async (kind: OverlayKind, data: OverlayFields): Promise<boolean> => {
    if (poll?.state === 'open') {
      setWaiting({ kind, data });
      return true;
    }
    return deck.start(kind, data);
  };
  return (
    <section className="deck" aria-labelledby="deck-title">
      <div className="deck-title">
        <div>
          <h2 id="deck-title">{words.overlays}</h2>
          <p className="quiet">{words.overlaysText}</p>
        </div>
        <Button small kind="quiet" onClick={() => setHistory(true)}>
          <Drawing svg={icons.history} size={18} /> {words.history}
        </Button>
      </div>
      <Trouble error={deck.error} again={deck.again} />
      {poll && (
        <PollPanel poll={poll} onStop={() => void deck.stop()} busy={deck.busy === 'stop'} />
      )}
      <ul className="deck-cards" aria-busy={drafts === null || undefined}>
        {drafts === null && !deck.error
          ? kinds.map((kind) => (
              <li key={kind}>
                <Skeleton width="100%" height="142px" />
              </li>
            ))
          : kinds.map((kind) => {
              const isPoll = kind === 'poll' && poll?.state === 'open';
              const isOn = active?.kind === kind || isPoll;
              return (
                <Card
                  key={kind}
                  kind={kind}
                  draft={drafts?.[kind]}
                  shown={
                    isPoll
                      ? { question: poll.question }
                      : active?.kind === kind
                        ? active.data
                        : undefined
                  }
                  isOn={isOn}
                  endsAt={isPoll ? poll.closesAt : isOn ? (active?.endsAt ?? null) : null}
                  startedAt={isPoll ? poll.startedAt : (active?.startedAt ?? 0)}
                  isLive={isLive}
                  isBusy={deck.busy !== null}
                  onEdit={() => (kind === 'amazon_product' ? setSearching(true) : setEditing(kind))}
                  onStart={() => void start(kind, filled(kind, drafts?.[kind]))}
                  onStop={() => void deck.stop()}
                />
              );
            })}
      </ul>
      {editing && (
        <OverlayDialog
          key={editing}
          kind={editing}
          draft={drafts?.[editing]}
          isLive={isLive}
          onSave={(data) => deck.save(editing, data)}
          onStart={(data) => start(editing, data)}
          onClose={() => setEditing(null)}
        />
      )}
      {searching && (
        <ProductSearch
          sources={['amazon']}
          onClose={() => setSearching(false)}
          onChoose={(item) => {
            if (!overlayFrom('amazon_product', item.raw)) return;
            setSearching(false);
            void start('amazon_product', item.raw);
          }}
        />
      )}
      {history && (
        <PollHistory
          onClose={() => setHistory(false)}
          onAgain={(data) => {
            setHistory(false);
            deck.save('poll', data).then(
              () => setEditing('poll'),
              (cause: unknown) => toast(failureWords(platformError(cause)), 'problem'),
            );
          }}
        />
      )}
      <Dialog
        open={waiting !== null}
        onClose={() => setWaiting(null)}
        title={words.replaceTitle}
        description={words.replaceText}
        actions={
          <>
            <Button onClick={() => setWaiting(null)}>{words.cancel}</Button>
            <Button
              kind="primary"
              onClick={() => {
                if (waiting) void deck.start(waiting.kind, waiting.data);
                setWaiting(null);
              }}
            >
              {words.replaceDo}
            </Button>
          </>
        }
      />
    </section>
  );
}
