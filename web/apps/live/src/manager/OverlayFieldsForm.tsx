import { useState } from 'react';
import {
  lengthOf,
  overlayLimits,
  type OverlayFields,
  type OverlayKind,
} from '@rostrum/client/overlays';
import { Button, CheckField, Drawing, SelectField, TextField } from '@rostrum/ui';
import { useManagerText } from '../strings/manager';
import { Answers } from './Answers';
import { icons } from './icons';
import { ProductSearch } from './ProductSearch';

interface FormProps {
  readonly kind: OverlayKind;
  readonly data: OverlayFields;
  readonly problems: Readonly<Record<string, string>>;
  readonly onChange: (data: OverlayFields) => void;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A number of seconds, by a slider that says them. */
function Duration({
  value,
  range: [least, most],
  onChange,
}: {
  readonly value: number;
  readonly range: readonly [number, number];
  readonly onChange: (value: number) => void;
}) {
  const words = useManagerText();
  return (
    <label className="duration">
      <span className="duration-words">
        <span>{words.duration}</span>
        <span>{words.seconds(value)}</span>
      </span>
      <input
        type="range"
        min={least}
        max={most}
        step={most > 60 ? 5 : 1}
        value={value}
        aria-valuetext={words.seconds(value)}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </label>
  );
}

/** The fields of one kind of overlay. */
export function OverlayFieldsForm({ kind, data, problems, onChange }: FormProps) {
  const words = useManagerText();
  const [searching, setSearching] = useState(false);
  const set = (change: OverlayFields) => onChange({ ...data, ...change });
  const text = (name: string, label: string, most: number, lines?: number, hint?: string) => {
    const value = textOf(data[name]);
    const used = lengthOf(value);
    return (
      <TextField
        label={label}
        value={value}
        onChange={(to) => set({ [name]: to })}
        error={problems[name]}
        hint={used > most * 0.6 ? words.characters(used, most) : hint}
        {...(lines ? { lines } : {})}
      />
    );
  };
  const duration = (range: readonly [number, number]) => (
    <Duration
      value={Number(data['duration'])}
      range={range}
      onChange={(value) => set({ duration: value })}
    />
  );
  const answers = (data['answers'] ?? []) as readonly string[];
  switch (kind) {
    case 'quiz':
      return (
        <>
          {text('question', words.question, overlayLimits.quiz.question, 2)}
          <Answers
            answers={answers}
            limits={overlayLimits.quiz.answers}
            right={Number(data['correctAnswerIndex'])}
            problems={problems}
            onChange={(list, right) => set({ answers: list, correctAnswerIndex: right ?? 0 })}
          />
          {duration(overlayLimits.quiz.seconds)}
        </>
      );
    case 'poll':
      return (
        <>
          {text('question', words.question, overlayLimits.poll.question, 2)}
          <Answers
            answers={answers}
            limits={overlayLimits.poll.answers}
            right={null}
            problems={problems}
            onChange={(list) => set({ answers: list })}
          />
          {duration(overlayLimits.poll.seconds)}
          <SelectField
            label={words.results}
            value={data['results'] === 'hidden' ? 'hidden' : 'live'}
            options={[
              { value: 'live', label: words.resultsLive },
              { value: 'hidden', label: words.resultsHidden },
            ]}
            onChange={(results) => set({ results })}
          />
          <CheckField
            label={words.visitors}
            hint={words.visitorsHint}
            checked={data['visitors'] === true}
            onChange={(visitors) => set({ visitors })}
          />
        </>
      );
    case 'notice':
      return (
        <>
          {text('title', words.noticeTitle, overlayLimits.notice.title)}
          {text('message', words.message, overlayLimits.notice.message, 3)}
          {duration(overlayLimits.notice.seconds)}
        </>
      );
    case 'product':
      return (
        <>
          <div>
            <Button onClick={() => setSearching(true)}>
              <Drawing svg={icons.search} size={18} /> {words.fromCatalogue}
            </Button>
          </div>
          <div className="form-pair">
            {text('title', words.productTitle, overlayLimits.product.title)}
            {text('price', words.price, overlayLimits.product.price)}
          </div>
          {text(
            'imageUrl',
            words.imageUrl,
            overlayLimits.product.imageUrl,
            undefined,
            words.imageHint,
          )}
          {text('description', words.description, overlayLimits.product.description, 3)}
          {searching && (
            <ProductSearch
              sources={['own']}
              onClose={() => setSearching(false)}
              onChoose={({ title, price, imageUrl, description }) => {
                setSearching(false);
                set({
                  title,
                  price,
                  description,
                  imageUrl: imageUrl ? new URL(imageUrl, location.href).href : '',
                });
              }}
            />
          )}
        </>
      );
    default:
      return null;
  }
}
