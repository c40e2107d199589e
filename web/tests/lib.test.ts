import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, ApiError, me, refusal } from '../src/lib/api'
import { backoff, live, type Frame, type Status } from '../src/lib/live'
import { match, type Route } from '../src/lib/router.svelte'

const load = () => Promise.reject(new Error('not opened here'))
const routes: Route[] = ['/', '/court', '/court/:case', '/court/:case/projector'].map((path) => ({ path, load }))

describe('match', () => {
  it('finds pages and their parameters', () => {
    expect(match(routes, '/')?.route.path).toBe('/')
    expect(match(routes, '/court/')?.route.path).toBe('/court')
    expect(match(routes, '/court/a%20b/projector')?.parameters).toEqual({ case: 'a b' })
    expect(match(routes, '/court/x/y/z')).toBeNull()
    expect(match(routes, '/nowhere')).toBeNull()
  })
  it('survives an address that is none', () => expect(match(routes, '/court/%')?.parameters).toEqual({ case: '%' }))
})

function answer(status: number, content: unknown): Response {
  return new Response(JSON.stringify(content), { status, headers: { 'Content-Type': 'application/json' } })
}

describe('api', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('sends the token with what writes, and asks for a new one when it is refused', async () => {
    const tokens: (string | undefined)[] = []
    let given = 0
    vi.stubGlobal('fetch', async (path: string, options: RequestInit) => {
      if (path === '/api/me') return answer(200, { csrf: `token-${++given}`, roles: {} })
      const token = (options.headers as Record<string, string>)['X-Moot-CSRF']
      tokens.push(token)
      return token === 'token-2' ? answer(200, { done: true }) : answer(403, { error: { code: 'csrf', message: 'old' } })
    })
    await me(true)
    expect(await api.post('/api/lab', {})).toEqual({ done: true })
    expect(tokens).toEqual(['token-1', 'token-2'])
    await api.get('/api/scenarios').catch(() => null)
    expect(tokens[2]).toBeUndefined()
  })

  it('is given a session on its first visit and asks again', async () => {
    let known = false
    vi.stubGlobal('fetch', async (path: string) => {
      if (path === '/api/me') known = true
      return known ? answer(200, { csrf: 'x', roles: {} }) : answer(401, { error: { code: 'no_session', message: 'none' } })
    })
    expect(await api.get('/api/experiments')).toEqual({ csrf: 'x', roles: {} })
  })

  it('tells a server that is gone from one that refuses', async () => {
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('failed')))
    const error = await api.get('/api/scenarios').catch((problem: unknown) => problem)
    expect(error).toBeInstanceOf(ApiError)
    expect((error as ApiError).status).toBe(0)
    expect(refusal(422, { error: { code: 'x', message: 'no', where: [{ line: 3, message: 'm' }] } }).where[0]?.line).toBe(3)
    expect(refusal(500, '<html>').code).toBe('500')
  })
})

class Socket {
  static all: Socket[] = []
  static OPEN = 1
  readyState = 0
  sent: string[] = []
  onopen?: () => void
  onmessage?: (event: { data: string }) => void
  onclose?: (event: { code: number; reason: string }) => void
  constructor(readonly address: string) {
    Socket.all.push(this)
  }
  send(text: string) {
    this.sent.push(text)
  }
  close(code: number) {
    this.readyState = 3
    this.onclose?.({ code, reason: '' })
  }
  open() {
    this.readyState = 1
    this.onopen?.()
  }
  get(frame: Frame) {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }
}

describe('live', () => {
  beforeEach(() => {
    Socket.all = []
    vi.stubGlobal('WebSocket', Socket)
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  function opened() {
    const frames: Frame[] = []
    const states: Status[] = []
    const line = live('/api/lab/1/live', { frame: (f) => frames.push(f), status: (s) => states.push(s), wait: (n) => 100 * (n + 1) })
    return { line, frames, states }
  }

  it('comes back after a cut and says so', () => {
    const { line, frames, states } = opened()
    const first = Socket.all[0]!
    expect(first.address).toMatch(/^ws:.*\/api\/lab\/1\/live$/)
    expect(line.send({ do: 'play' })).toBe(false)
    first.open()
    expect(line.send({ do: 'play' })).toBe(true)
    expect(first.sent).toEqual(['{"do":"play"}'])
    first.get({ type: 'tick', day: 1 })
    first.onclose?.({ code: 1006, reason: '' })
    expect(states).toEqual(['connecting', 'open', 'waiting'])
    vi.advanceTimersByTime(99)
    expect(Socket.all.length).toBe(1)
    vi.advanceTimersByTime(1)
    expect(Socket.all.length).toBe(2)
    first.get({ type: 'tick', day: 9 }) // what a dead socket still says is not heard
    Socket.all[1]!.get({ type: 'tick', day: 2 })
    expect(frames.map((f) => f.day)).toEqual([1, 2])
  })

  it('waits longer each time, and does not try again where it was refused or closed', () => {
    const { line, states } = opened()
    Socket.all[0]!.onclose?.({ code: 1006, reason: '' })
    vi.advanceTimersByTime(100)
    Socket.all[1]!.onclose?.({ code: 1006, reason: '' })
    vi.advanceTimersByTime(199)
    expect(Socket.all.length).toBe(2)
    vi.advanceTimersByTime(1)
    expect(Socket.all.length).toBe(3)
    Socket.all[2]!.onclose?.({ code: 4403, reason: 'no' })
    expect(states.at(-1)).toBe('closed')
    vi.advanceTimersByTime(60_000)
    expect(Socket.all.length).toBe(3)
    line.close()
  })

  it('spreads a class that comes back', () => {
    for (let n = 0; n < 12; n++) {
      expect(backoff(n)).toBeGreaterThanOrEqual(375)
      expect(backoff(n)).toBeLessThanOrEqual(12_500)
    }
  })
})
