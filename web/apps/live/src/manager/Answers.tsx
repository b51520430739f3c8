import { useId, useRef } from 'react';
import { Button, Drawing, Icon } from '@rostrum/ui';
import { useManagerText } from '../strings/manager';
import { icons } from './icons';

export interface AnswersProps {
  readonly answers: readonly string[];
  readonly limits: { readonly least: number; readonly most: number; readonly length: number };
  /** Which one is right; null where none is. */
  readonly right: number | null;
  readonly problems: Readonly<Record<string, string>>;
  readonly onChange: (answers: readonly string[], right: number | null) => void;
}

/** What can be chosen from: some rows, for a quiz with a mark at the right one. */
export function Answers({ answers, limits, right, problems, onChange }: AnswersProps) {
  const words = useManagerText();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const isQuiz = right !== null;
  const add = () => {
    onChange([...answers, ''], right);
    setTimeout(() =>
      list.current?.querySelector<HTMLInputElement>('li:last-child input[type=text]')?.focus(),
    );
  };
  const remove = (at: number) => {
    const left = answers.filter((_, i) => i !== at);
    onChange(left, right === null ? null : right === at ? 0 : right > at ? right - 1 : right);
  };
  return (
    <fieldset className="answers">
      <legend>{isQuiz ? words.answers : words.options}</legend>
      {isQuiz && <p className="field-hint">{words.rightHint}</p>}
      <ul ref={list}>
        {answers.map((answer, i) => {
          const problem = problems[`answers.${i}`];
          return (
            <li key={i}>
              <div className="answer">
                {isQuiz && (
                  <input
                    type="radio"
                    name={`${id}-right`}
                    aria-label={words.rightAnswer(i + 1)}
                    checked={right === i}
                    onChange={() => onChange(answers, i)}
                  />
                )}
                <input
                  type="text"
                  className="input"
                  aria-label={isQuiz ? words.answer(i + 1) : words.option(i + 1)}
                  placeholder={isQuiz ? words.answer(i + 1) : words.option(i + 1)}
                  aria-invalid={problem ? true : undefined}
                  aria-describedby={problem ? `${id}-${i}` : undefined}
                  value={answer}
                  onChange={(event) =>
                    onChange(
                      answers.map((one, at) => (at === i ? event.target.value : one)),
                      right,
                    )
                  }
                />
                {answers.length > limits.least && (
                  <button
                    type="button"
                    className="answer-remove"
                    aria-label={isQuiz ? words.removeAnswer(i + 1) : words.removeOption(i + 1)}
                    onClick={() => remove(i)}
                  >
                    <Drawing svg={icons.trash} size={18} />
                  </button>
                )}
              </div>
              {problem && (
                <p id={`${id}-${i}`} className="field-error">
                  <Icon name="warning" size={16} /> <span>{problem}</span>
                </p>
              )}
            </li>
          );
        })}
      </ul>
      {answers.length < limits.most && (
        <Button small kind="quiet" onClick={add}>
          <Drawing svg={icons.plus} size={16} /> {isQuiz ? words.addAnswer : words.addOption}
        </Button>
      )}
    </fieldset>
  );
}
