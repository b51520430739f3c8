import { words } from '../words';
import './LiveBadge.css';

/** The word that is true only while a picture is on air. */
export function LiveBadge({ label = words.live }: { readonly label?: string }) {
  return (
    <span className="live-badge">
      <i aria-hidden="true" />
      {label}
    </span>
  );
}
