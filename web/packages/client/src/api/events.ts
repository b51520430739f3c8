/** Server-sent events (WHATWG HTML, section 9.2) of a signed request; `EventSource` cannot sign. */
export interface ServerEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Longer than any event; what has no end is not kept. */
const mostKept = 1 << 20;

/** Takes the stream in any pieces and gives its events. */
export class EventParser {
  private line = '';
  private id = '';
  private event = '';
  private data: string[] = [];
  private size = 0;
  private afterReturn = false;

  feed(text: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    for (const piece of text.split(/(\r\n|\n|\r)/)) {
      if (piece === '') continue;
      if (piece === '\n' && this.afterReturn) {
        this.afterReturn = false; // the other half of a line's end
        continue;
      }
      this.afterReturn = piece === '\r';
      if (piece === '\r' || piece === '\n' || piece === '\r\n') {
        const done = this.end();
        if (done) events.push(done);
      } else {
        this.line += piece;
        if (this.line.length + this.size > mostKept) throw new RangeError('an event is too long');
      }
    }
    return events;
  }

  private end(): ServerEvent | null {
    const line = this.line;
    this.line = '';
    if (line === '') {
      const event = { id: this.id, event: this.event || 'message', data: this.data.join('\n') };
      const isEvent = this.data.length > 0;
      this.event = '';
      this.data = [];
      this.size = 0;
      return isEvent ? event : null;
    }
    const [, name, value] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === 'id') this.id = value ?? '';
    else if (name === 'event') this.event = value ?? '';
    else if (name === 'data') {
      this.data.push(value ?? '');
      this.size += value?.length ?? 0;
    }
    return null;
  }
}

export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const parser = new EventParser();
  const decoder = new TextDecoder();
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}
