import { moveAmongItems, Sheet } from './Sheet';
import { chatStrings as strings } from './strings';

const steps = [0, 5, 10, 30, 60, 300] as const;

export const slowModeWords = (seconds: number): string =>
  seconds === 0 ? strings.slowOff : strings.seconds(seconds);

export function SlowModeMenu({
  seconds,
  at,
  onChoose,
  onClose,
}: {
  readonly seconds: number;
  readonly at: { readonly x: number; readonly y: number };
  readonly onChoose: (seconds: number) => void;
  readonly onClose: () => void;
}) {
  return (
    <Sheet label={strings.settings} at={at} onClose={onClose}>
      <div
        className="chat-menu"
        role="menu"
        aria-label={strings.slowMode}
        onKeyDown={moveAmongItems}
      >
        <span className="chat-menu-title" aria-hidden="true">
          {strings.slowMode}
        </span>
        {steps.map((step) => (
          <button
            key={step}
            type="button"
            role="menuitemradio"
            aria-checked={step === seconds}
            onClick={() => {
              onClose();
              onChoose(step);
            }}
          >
            <span className="chat-check" aria-hidden="true">
              {step === seconds ? '✓' : ''}
            </span>
            {slowModeWords(step)}
          </button>
        ))}
      </div>
    </Sheet>
  );
}
