/** The engine's event stream: one JSON object per line (Docker Engine API, `GET /events`). */
import { StowageError } from '../../domain/error.ts';
import { objectOf, textOf } from './json.ts';

/** What an event is about; only events that change what is reported are told. */
export interface EngineEvent {
  readonly about: 'container' | 'image';
  /** Container or image id. */
  readonly id: string;
}

const LINE = 1024 * 1024;

/** Actions that change nothing reported here: health checks alone would be several a second. */
const NOISE =
  /^(?:exec_|health_status|attach|detach|resize|top|export|copy|archive-path|extract-to-dir|save|push|sync|checkpoint|init)/;

/**
 * Reads events until the stream ends.
 * @throws StowageError `docker.events` for a line beyond all measure; whatever the stream throws
 */
export async function* readEvents(stream: AsyncIterable<Buffer>): AsyncGenerator<EngineEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      const event = readEvent(rest.slice(from, end));
      from = end + 1;
      if (event) yield event;
    }
    rest = rest.slice(from);
    if (rest.length > LINE)
      throw new StowageError('unavailable', 'docker.events', `an event is longer than ${LINE} characters`);
  }
}

/** Reads one line; `undefined` for what is no event or changes nothing. */
export function readEvent(line: string): EngineEvent | undefined {
  if (line.trim() === '') return undefined;
  let json: Readonly<Record<string, unknown>>;
  try {
    json = objectOf(JSON.parse(line));
  } catch {
    return undefined;
  }
  const about = textOf(json['Type']);
  const action = textOf(json['Action']);
  const id = textOf(objectOf(json['Actor'])['ID']) || textOf(json['id']);
  if ((about !== 'container' && about !== 'image') || id === '' || NOISE.test(action)) return undefined;
  return { about, id };
}
