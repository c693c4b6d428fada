import { describe, expect, it } from 'vitest';
import { type EngineEvent, readEvent, readEvents } from './events.ts';

async function* chunks(...parts: (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

async function all(...parts: (string | Buffer)[]): Promise<EngineEvent[]> {
  const events: EngineEvent[] = [];
  for await (const event of readEvents(chunks(...parts))) events.push(event);
  return events;
}

const START =
  '{"status":"start","id":"abc","Type":"container","Action":"start","Actor":{"ID":"abc","Attributes":{"name":"ä"}},"time":1}';

describe('the event stream', () => {
  it('is read line by line, however it is cut', async () => {
    const bytes = Buffer.from(`${START}\n\n${START.replaceAll('abc', 'def')}\r\n`);
    for (let at = 1; at < bytes.length; at += 7) {
      expect(await all(bytes.subarray(0, at), bytes.subarray(at))).toEqual([
        { about: 'container', id: 'abc' },
        { about: 'container', id: 'def' },
      ]);
    }
  });

  it('a line without end is not waited for', async () => {
    await expect(all('x'.repeat(600_000), 'x'.repeat(600_000))).rejects.toMatchObject({ code: 'docker.events' });
  });

  it.each([
    ['no JSON', 'hello'],
    ['not an object', '[1]'],
    ['a health check', START.replace('"Action":"start"', '"Action":"exec_create: /bin/true"')],
    ['a network', START.replace('"container"', '"network"')],
    ['nobody', '{"Type":"container","Action":"start"}'],
  ])('%s says nothing', (_, line) => {
    expect(readEvent(line)).toBeUndefined();
  });

  it('an image', () => {
    expect(readEvent('{"Type":"image","Action":"untag","Actor":{"ID":"sha256:1"}}')).toEqual({
      about: 'image',
      id: 'sha256:1',
    });
  });
});
