import { useId } from 'react';
import monitor from 'lucide-static/icons/monitor.svg?raw';
import moon from 'lucide-static/icons/moon.svg?raw';
import sun from 'lucide-static/icons/sun.svg?raw';
import { Drawing } from '../Icon/Icon';
import { chooseTheme, themes, useTheme, type Theme } from '../theme';
import './ThemeSwitch.css';

const drawings: Readonly<Record<Theme, string>> = { system: monitor, light: sun, dark: moon };

interface ThemeSwitchProps {
  readonly label: string;
  readonly names: Readonly<Record<Theme, string>>;
}

/** The device's theme, light or dark: one of three, chosen by arrows or by touch. */
export function ThemeSwitch({ label, names }: ThemeSwitchProps) {
  const group = useId();
  const chosen = useTheme();
  return (
    <fieldset className="theme-switch">
      <legend className="visually-hidden">{label}</legend>
      {themes.map((one) => (
        <label key={one} title={names[one]}>
          <input
            type="radio"
            className="visually-hidden"
            name={group}
            value={one}
            checked={one === chosen}
            onChange={() => chooseTheme(one)}
          />
          <Drawing svg={drawings[one]} size={18} />
          <span className="visually-hidden">{names[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The same as a line of a menu. */
export function ThemeItems({ label, names }: ThemeSwitchProps) {
  const chosen = useTheme();
  return (
    <div role="group" aria-label={label} className="theme-items">
      <span aria-hidden="true">{label}</span>
      <span className="theme-switch" role="none">
        {themes.map((one) => (
          <button
            key={one}
            type="button"
            role="menuitemradio"
            aria-checked={one === chosen}
            aria-label={names[one]}
            title={names[one]}
            onClick={(event) => {
              // The menu stays: whoever looks at colours may want the other one.
              event.stopPropagation();
              chooseTheme(one);
            }}
          >
            <Drawing svg={drawings[one]} size={18} />
          </button>
        ))}
      </span>
    </div>
  );
}
