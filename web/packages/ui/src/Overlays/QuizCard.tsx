import type { Quiz } from '@rostrum/client/overlays';
import check from 'lucide-static/icons/check.svg?raw';
import x from 'lucide-static/icons/x.svg?raw';
import { Drawing } from '../Icon/Icon';
import { useSecondsLeft } from './CountdownRing';
import { OverlayCard, type OverlayPlace } from './OverlayCard';
import { useOverlayWords } from './strings';

export interface QuizCardProps {
  readonly data: Quiz;
  /** Milliseconds since 1970: the last moment to answer. */
  readonly endsAt: number;
  /** What this person answered. */
  readonly answer: number | null;
  readonly onAnswer: (index: number) => void;
  readonly place?: OverlayPlace;
  readonly onDismiss?: () => void;
}

/** A question with one right answer. Once answered, or when the time is up, it says which it was. */
export function QuizCard({
  data,
  endsAt,
  answer,
  onAnswer,
  place = 'picture',
  onDismiss,
}: QuizCardProps) {
  const words = useOverlayWords();
  const seconds = useSecondsLeft(endsAt);
  const isOpen = answer === null && seconds > 0;
  const right = data.answers[data.correctAnswerIndex] ?? '';
  const outcome =
    answer === data.correctAnswerIndex
      ? words.right
      : answer === null
        ? words.unanswered(right)
        : words.wrong(right);
  return (
    <OverlayCard
      kind={words.quiz}
      place={place}
      className="quiz-card"
      time={isOpen ? { endsAt, total: data.duration * 1000 } : null}
      onDismiss={onDismiss}
    >
      <p className="overlay-question">{data.question}</p>
      <ul className="overlay-options">
        {data.answers.map((text, i) => {
          const isRight = !isOpen && i === data.correctAnswerIndex;
          const isWrong = !isOpen && i === answer && !isRight;
          const state = isRight ? 'right' : isWrong ? 'wrong' : isOpen ? 'open' : 'over';
          return (
            <li key={i}>
              <button
                type="button"
                className={`overlay-option ${state}`}
                aria-disabled={!isOpen || undefined}
                onClick={isOpen ? () => onAnswer(i) : undefined}
              >
                <span className="overlay-letter" aria-hidden="true">
                  {isRight || isWrong ? (
                    <Drawing svg={isRight ? check : x} size={16} />
                  ) : (
                    String.fromCharCode(65 + i)
                  )}
                </span>
                <span className="overlay-text">{text}</span>
                {(isRight || isWrong || i === answer) && (
                  <span className="visually-hidden">
                    {[
                      ...(i === answer ? [words.yourAnswer] : []),
                      ...(isRight ? [words.isRight] : isWrong ? [words.isWrong] : []),
                    ].join(', ')}
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
      <p
        role="status"
        className={`overlay-outcome${isOpen ? '' : answer === data.correctAnswerIndex ? ' good' : ''}`}
      >
        {isOpen ? '' : outcome}
      </p>
    </OverlayCard>
  );
}
