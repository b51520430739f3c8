import * as Slider from '@radix-ui/react-slider';
import './RangeSlider.css';

export interface RangeSliderProps {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: readonly [number, number];
  readonly onChange: (from: number, to: number) => void;
  readonly label: readonly [string, string];
  /** What a position means, in words. */
  readonly words: (value: number) => string;
}

/** A part of something long, by its two ends. */
export function RangeSlider(props: RangeSliderProps) {
  const { min, max, step, value, onChange, label, words } = props;
  return (
    <Slider.Root
      className="range"
      min={min}
      max={max}
      step={step}
      value={[...value]}
      onValueChange={([from = min, to = max]) => onChange(from, to)}
    >
      <Slider.Track className="range-track">
        <Slider.Range className="range-part" />
      </Slider.Track>
      {value.map((at, i) => (
        <Slider.Thumb
          key={i}
          className="range-thumb"
          aria-label={label[i] ?? ''}
          aria-valuetext={words(at)}
        />
      ))}
    </Slider.Root>
  );
}
