// A socket that comes back by itself. The server sends the whole state on joining, so nothing has to be kept here.

export type Status = 'connecting' | 'open' | 'waiting' | 'closed'
export type Frame = { type: string; [key: string]: unknown }
export type Live = { send(message: object): boolean; close(): void }

type Options = {
  frame: (frame: Frame) => void
  status?: (status: Status, reason?: string) => void
  /** Milliseconds before the n-th try (n from 0). */
  wait?: (n: number) => number
}

/** Half a second, doubled up to 10 s, each spread by a quarter so that a class does not come back all at once. */
export function backoff(n: number): number {
  return Math.min(10_000, 500 * 2 ** n) * (0.75 + 0.5 * Math.random())
}

/** Codes after which trying again cannot help: refused by policy, not allowed, not there. */
const FINAL = new Set([1008, 4400, 4401, 4403, 4404])

export function live(path: string, { frame, status, wait = backoff }: Options): Live {
  let socket: WebSocket | null = null
  let tries = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let over = false

  function open(): void {
    clearTimeout(timer)
    status?.('connecting')
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
    const mine = new WebSocket(`${scheme}//${location.host}${path}`)
    socket = mine
    mine.onopen = () => {
      if (mine === socket) status?.('open')
    }
    mine.onmessage = (event: MessageEvent<string>) => {
      if (mine !== socket) return
      tries = 0 // only a frame shows that the server wants this socket
      frame(JSON.parse(event.data) as Frame)
    }
    mine.onclose = (event) => {
      if (mine !== socket) return
      socket = null
      if (over || FINAL.has(event.code)) return status?.('closed', event.reason)
      status?.('waiting')
      timer = setTimeout(open, wait(tries++))
    }
  }

  /** A laptop that wakes, or a network that is back, need not wait for the clock. */
  function now(): void {
    if (over || socket || document.visibilityState === 'hidden') return
    tries = 0
    open()
  }

  addEventListener('online', now)
  document.addEventListener('visibilitychange', now)
  open()
  return {
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false
      socket.send(JSON.stringify(message))
      return true
    },
    close() {
      over = true
      clearTimeout(timer)
      removeEventListener('online', now)
      document.removeEventListener('visibilitychange', now)
      const mine = socket
      socket = null
      mine?.close(1000)
      status?.('closed')
    },
  }
}
