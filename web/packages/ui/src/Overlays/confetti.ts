/** Pieces of paper that fall: where each is at a time follows from how it was thrown. */

export interface Piece {
  /** 0 to 1 over the width. */
  readonly from: number;
  /** Milliseconds after the beginning. */
  readonly after: number;
  /** Milliseconds from the top to the bottom. */
  readonly falls: number;
  readonly sway: number;
  readonly spin: number;
  readonly phase: number;
  readonly size: number;
  readonly colour: number;
}

export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly turn: number;
  /** 1: seen flat, 0: from its edge. */
  readonly tilt: number;
  readonly alpha: number;
}

/** Thrown so that all have fallen when `length` ms are over. */
export function scatter(pieces: number, length: number, random: () => number): Piece[] {
  return Array.from({ length: pieces }, () => {
    const falls = Math.min(length, 2600 + 1800 * random());
    return {
      from: random(),
      falls,
      after: random() ** 1.6 * Math.max(0, length - falls),
      sway: 12 + 28 * random(),
      spin: (random() - 0.5) * 8,
      phase: random() * Math.PI * 2,
      size: 8 + 6 * random(),
      colour: Math.floor(random() * 1000),
    };
  });
}

/** Where it is; null before it is thrown and after it has fallen. */
export function confettiAt(
  piece: Piece,
  time: number,
  width: number,
  height: number,
): Placed | null {
  const share = (time - piece.after) / piece.falls;
  if (share < 0 || share > 1) return null;
  const turns = piece.phase + share * 9;
  return {
    x: piece.from * width + Math.sin(turns) * piece.sway,
    y: share * (height + 2 * piece.size) - piece.size,
    turn: piece.phase + share * piece.spin,
    tilt: 0.25 + 0.75 * Math.abs(Math.cos(turns)),
    alpha: Math.min(1, (1 - share) * 5),
  };
}
