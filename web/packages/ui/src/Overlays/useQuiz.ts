import { useEffect, useState } from 'react';

/** So long the right answer stays to be seen. */
export const quizLingerMs = 2000;

/** One round of a quiz: what was answered, and when it is over. A new round is a new component (by its key). */
export function useQuiz(
  endsAt: number,
  onOver: () => void,
): { readonly answer: number | null; readonly pick: (index: number) => void } {
  const [picked, setPicked] = useState<{ readonly answer: number; readonly at: number } | null>(
    null,
  );
  const overAt = (picked?.at ?? endsAt) + quizLingerMs;
  useEffect(() => {
    const timer = setTimeout(onOver, Math.max(0, overAt - Date.now()));
    return () => clearTimeout(timer);
  }, [overAt, onOver]);
  return {
    answer: picked?.answer ?? null,
    pick: (answer) => setPicked((before) => before ?? { answer, at: Date.now() }),
  };
}
