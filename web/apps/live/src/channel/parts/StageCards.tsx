import { useState } from 'react';
import type { OverlayOf } from '@rostrum/client/overlays';
import {
  Celebration,
  NoticeBar,
  PollCard,
  ProductCard,
  ProductDialog,
  QuizCard,
  useQuiz,
  type OverlayPlace,
} from '@rostrum/ui/overlays';
import { Icon } from '@rostrum/ui';
import { to } from '../../routes';
import { useChannelText } from '../../strings/channel';
import type { Ballot } from './useBallot';
import type { OnStage } from './useStage';

type Of<K extends 'quiz' | 'product' | 'amazon_product'> = OverlayOf<K>['data'];

function QuizRound({
  data,
  endsAt,
  place,
  onOver,
}: {
  readonly data: Of<'quiz'>;
  readonly endsAt: number;
  readonly place: OverlayPlace;
  readonly onOver: () => void;
}) {
  const { answer, pick } = useQuiz(endsAt, onOver);
  return (
    <QuizCard
      data={data}
      endsAt={endsAt}
      answer={answer}
      onAnswer={pick}
      place={place}
      onDismiss={onOver}
    />
  );
}

function Shop({
  data,
  place,
  onOver,
}: {
  readonly data: Of<'product'> | Of<'amazon_product'>;
  readonly place: OverlayPlace;
  readonly onOver: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <ProductCard data={data} place={place} onOpen={() => setOpen(true)} onDismiss={onOver} />
      {!('productUrl' in data) && (
        <ProductDialog data={data} open={isOpen} onClose={() => setOpen(false)} />
      )}
    </>
  );
}

function Vote({ ballot, place }: { readonly ballot: Ballot; readonly place: OverlayPlace }) {
  const words = useChannelText();
  const { poll, pending, canVote, trouble, vote } = ballot;
  if (!poll) return null;
  const isOpen = poll.state === 'open' && poll.myChoice === null;
  const said =
    trouble === 'failed'
      ? words.voteFailed
      : trouble === 'late'
        ? words.voteLate
        : trouble === 'twice'
          ? words.voteTwice
          : '';
  const mustSignIn = isOpen && (!canVote || trouble === 'signIn');
  return (
    <PollCard
      key={poll.id}
      poll={poll}
      pending={pending}
      canVote={canVote}
      onVote={vote}
      place={place}
    >
      {said && (
        <p className="vote-trouble" role="alert">
          <Icon name="warning" size={16} /> {said}
        </p>
      )}
      {mustSignIn && (
        <a className="button plain" href={to.login()}>
          {words.signInToVote}
        </a>
      )}
    </PollCard>
  );
}

/** The card of a poll, a quiz or a product. While there is a poll, it goes before everything else. */
export default function StageCards({
  shown,
  ballot,
  place,
  onOver,
}: {
  readonly shown: OnStage | null;
  readonly ballot: Ballot;
  readonly place: OverlayPlace;
  readonly onOver: () => void;
}) {
  if (ballot.poll) return <Vote ballot={ballot} place={place} />;
  if (!shown) return null;
  const { overlay, round, endsAt } = shown;
  switch (overlay.kind) {
    case 'quiz':
      return (
        <QuizRound
          key={round}
          data={overlay.data}
          endsAt={endsAt ?? 0}
          place={place}
          onOver={onOver}
        />
      );
    case 'product':
    case 'amazon_product':
      return <Shop key={round} data={overlay.data} place={place} onOver={onOver} />;
    case 'notice':
      return <NoticeBar key={round} data={overlay.data} place={place} />;
    case 'celebration':
      return null; // over the chat
  }
}

export function Party({ shown }: { readonly shown: OnStage }) {
  return <Celebration key={shown.round} endsAt={shown.endsAt ?? 0} />;
}
