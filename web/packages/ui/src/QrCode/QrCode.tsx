import { useMemo } from 'react';
import encode from 'qr';
import './QrCode.css';

/** The modules as one path; the quiet zone around them is the element's padding. */
export function qrPath(text: string): { readonly size: number; readonly path: string } {
  // The encoder insists on a border, which would be part of the picture's size.
  const rows = encode(text, 'raw', { ecc: 'medium', border: 1 })
    .slice(1, -1)
    .map((row) => row.slice(1, -1));
  const path = rows
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')))
    .join('');
  return { size: rows.length, path };
}

/** An address for a phone's camera. Dark on light in either theme: cameras expect it. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => qrPath(text), [text]);
  return (
    <svg
      className="qr"
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <path d={path} fill="currentColor" />
    </svg>
  );
}
