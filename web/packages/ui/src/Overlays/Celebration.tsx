import { useEffect, useRef } from 'react';
import party from 'lucide-static/icons/party-popper.svg?raw';
import { Drawing } from '../Icon/Icon';
import { useMedia } from '../hooks/useMedia';
import { confettiAt, scatter } from './confetti';
import { useOverlayWords } from './strings';
import './Celebration.css';

export interface CelebrationProps {
  /** Milliseconds since 1970: it is over then, and the pieces have fallen. */
  readonly endsAt: number;
  readonly onOver?: () => void;
}

/** Confetti over whatever it stands in; a picture of it where nothing may move. */
export function Celebration({ endsAt, onOver }: CelebrationProps) {
  const words = useOverlayWords();
  const isStill = useMedia('(prefers-reduced-motion: reduce)');
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => onOver?.(), Math.max(0, endsAt - Date.now()));
    return () => clearTimeout(timer);
  }, [endsAt, onOver]);
  useEffect(() => {
    const place = canvas.current;
    const context = place?.getContext('2d');
    if (isStill || !place || !context) return;
    const style = getComputedStyle(place);
    const colours = ['limelight', 'chart-2', 'name-9', 'name-2', 'text'].map((name) =>
      style.getPropertyValue(`--color-${name}`),
    );
    const startedAt = Date.now();
    const pieces = scatter(140, Math.max(1000, endsAt - startedAt), Math.random);
    let frame = 0;
    const draw = () => {
      const scale = Math.min(2, devicePixelRatio);
      const { clientWidth: width, clientHeight: height } = place;
      if (place.width !== Math.round(width * scale)) place.width = Math.round(width * scale);
      if (place.height !== Math.round(height * scale)) place.height = Math.round(height * scale);
      context.setTransform(scale, 0, 0, scale, 0, 0);
      context.clearRect(0, 0, width, height);
      const time = Date.now() - startedAt;
      for (const piece of pieces) {
        const now = confettiAt(piece, time, width, height);
        if (!now) continue;
        context.save();
        context.globalAlpha = now.alpha;
        context.translate(now.x, now.y);
        context.rotate(now.turn);
        context.scale(1, now.tilt);
        context.fillStyle = colours[piece.colour % colours.length] ?? 'white';
        context.fillRect(-piece.size / 2, -piece.size / 3, piece.size, (piece.size * 2) / 3);
        context.restore();
      }
      if (Date.now() < endsAt) frame = requestAnimationFrame(draw);
      else context.clearRect(0, 0, width, height);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [endsAt, isStill]);
  return (
    <div className="celebration">
      <span className="visually-hidden" role="status">
        {words.celebration}
      </span>
      {isStill ? (
        <span className="celebration-still dark-room" aria-hidden="true">
          <Drawing svg={party} size={28} /> {words.celebration}
        </span>
      ) : (
        <canvas ref={canvas} aria-hidden="true" />
      )}
    </div>
  );
}
