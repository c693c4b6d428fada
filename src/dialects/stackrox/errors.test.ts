import { describe, expect, it } from 'vitest';
import { StowageError } from '../../domain/error.ts';
import { RpcError, sendError } from './errors.ts';

function send(error: unknown) {
  const sent = { status: 0, headers: {} as Record<string, string>, body: {} as unknown };
  const reply = {
    code: (status: number) => {
      sent.status = status;
      return reply;
    },
    header: (name: string, value: string) => {
      sent.headers[name] = value;
      return reply;
    },
    headers: () => reply,
    send: (body: string) => {
      sent.body = JSON.parse(body);
      return reply;
    },
  };
  sendError(error, { log: { error: () => {} } } as never, reply as never);
  return sent;
}

describe('errors', () => {
  it.each([
    ['invalid', 400, 3],
    ['unauthenticated', 401, 16],
    ['forbidden', 403, 7],
    ['not-found', 404, 5],
    ['conflict', 409, 6],
    ['too-many', 429, 8],
    ['unavailable', 503, 14],
  ] as const)('1, 3: %s is %i, code %i, with message and error alike', (kind, status, code) => {
    const sent = send(new StowageError(kind, 'x', 'the text'));
    expect(sent).toMatchObject({
      status,
      body: { code, message: 'the text', details: [], error: 'the text' },
    });
    expect(sent.headers['www-authenticate']).toBe(status === 401 ? 'the text' : undefined);
  });

  it('2: what is nobody’s fault is 500, code 13, and keeps its inside to itself', () => {
    const sent = send(new Error('select secret from x'));
    expect(sent.status).toBe(500);
    expect(sent.body).toMatchObject({ code: 13, details: [] });
    expect(JSON.stringify(sent.body)).not.toContain('secret');
  });

  it('has codes of its own', () => {
    expect(send(new RpcError(4, 'late')).status).toBe(504);
    expect(send(new RpcError(12, 'no')).status).toBe(501);
  });
});
