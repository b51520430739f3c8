import { useMemo } from 'react';
import {
  overlayFrom,
  type ChannelPoll,
  type OverlayFields,
  type OverlayKind,
} from '@rostrum/client/overlays';
import { NoticeBar, PollCard, ProductCard, QuizCard } from '@rostrum/ui/overlays';
import { useManagerText } from '../strings/manager';

const nothing = () => undefined;
const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

function pollOf(data: OverlayFields): ChannelPoll | null {
  const answers = (data['answers'] ?? []) as readonly string[];
  if (!textOf(data['question']) || !answers.some(Boolean)) return null;
  const now = Date.now();
  const duration = Number(data['duration']);
  return {
    id: 'preview',
    question: textOf(data['question']),
    options: answers.filter(Boolean).map((text) => ({ text, votes: 0 })),
    total: 0,
    duration,
    startedAt: now,
    closesAt: now + duration * 1000,
    expiresAt: now + duration * 1000,
    state: 'open',
    results: data['results'] === 'hidden' ? 'hidden' : 'live',
    visitors: false,
    winner: null,
    isTie: false,
    myChoice: null,
  };
}

function Shown({ kind, data }: { readonly kind: OverlayKind; readonly data: OverlayFields }) {
  const poll = useMemo(() => (kind === 'poll' ? pollOf(data) : null), [kind, data]);
  const endsAt = useMemo(() => Date.now() + Number(data['duration']) * 1000, [data]);
  if (poll) return <PollCard poll={poll} canVote onVote={nothing} />;
  const overlay = overlayFrom(kind, data);
  switch (overlay?.kind) {
    case 'quiz':
      return (
        overlay.data.question && (
          <QuizCard data={overlay.data} endsAt={endsAt} answer={null} onAnswer={nothing} />
        )
      );
    case 'notice':
      return overlay.data.title && <NoticeBar data={overlay.data} />;
    case 'product':
      return overlay.data.title && <ProductCard data={overlay.data} onOpen={nothing} />;
    default:
      return null;
  }
}

/** How viewers will see it; nothing of it can be used. */
export function OverlayPreview({
  kind,
  data,
}: {
  readonly kind: OverlayKind;
  readonly data: OverlayFields;
}) {
  const words = useManagerText();
  return (
    <div
      className="overlay-preview"
      data-empty={words.previewEmpty}
      aria-label={words.preview}
      role="group"
    >
      <div inert className="overlay-preview-stage">
        <Shown kind={kind} data={data} />
      </div>
    </div>
  );
}
