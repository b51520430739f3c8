/**
 * Holds the one engine in use. Opening another closes the one before, and an engine that was replaced, even
 * while still being made, has nothing more to say.
 */
import type { CreateEngine, Engine, EngineChoice, EngineEvents } from './engine';

export class EngineSlot {
  engine: Engine | null = null;
  /** The engine in use can show captions. */
  showsCaptions = false;
  private turn = 0;

  close(): void {
    this.turn += 1;
    this.engine?.destroy();
    this.engine = null;
  }

  /** The new engine, or null when another was opened meanwhile. Rejects when its code cannot be had. */
  async open(
    create: CreateEngine,
    video: HTMLVideoElement,
    events: EngineEvents,
    choice: EngineChoice,
  ): Promise<Engine | null> {
    this.close();
    const turn = this.turn;
    let engine: Engine;
    try {
      engine = await create(video, this.guard(events, turn), choice);
    } catch (cause) {
      if (turn !== this.turn) return null;
      throw cause;
    }
    if (turn !== this.turn) {
      engine.destroy();
      return null;
    }
    this.engine = engine;
    this.showsCaptions = choice.captions || engine.kind === 'native';
    return engine;
  }

  private guard(events: EngineEvents, turn: number): EngineEvents {
    const only =
      <A extends unknown[]>(act: (...args: A) => void) =>
      (...args: A) => {
        if (turn === this.turn) act(...args);
      };
    return {
      opened: only(events.opened),
      serverMoment: only(events.serverMoment),
      fault: only(events.fault),
      id3: only(events.id3),
      qualities: only(events.qualities),
      captions: only(events.captions),
    };
  }
}
