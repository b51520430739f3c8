import './Logo.css';

/** The platform under a small arc of light. One colour, drawn for 16 px. */
export function Mark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 24 24" fill="none">
      <path d="M4 11a8 8 0 0 1 16 0" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <rect x="6" y="13.5" width="12" height="3" rx="1" fill="currentColor" />
      <rect x="3" y="18" width="18" height="3.5" rx="1" fill="currentColor" />
    </svg>
  );
}

export function Logo() {
  return (
    <span className="logo">
      <Mark />
      <span>Rostrum</span>
    </span>
  );
}
