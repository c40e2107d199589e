// Requests to the one server this page came from.
import { said, type Both } from './language.svelte'

export type Where = {
  line?: number | null
  column?: number | null
  path?: string | null
  message: Both | string
  hint?: Both | string | null
}
export type Me = { csrf: string; language?: string; roles: Record<string, string> }

/** What the server refused, and where. `status` 0: it was not reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly told: Both | string,
    readonly where: Where[] = [],
  ) {
    super(said(told))
    this.name = 'ApiError'
  }
}

let known: Promise<Me> | null = null

/** Who this browser is to the server; asked once. */
export function me(again = false): Promise<Me> {
  if (!known || again) {
    known = request<Me>('GET', '/api/me')
    known.catch(() => (known = null))
  }
  return known
}

export const api = {
  get: <Answer>(path: string, signal?: AbortSignal) => read<Answer>(path, signal),
  post: <Answer>(path: string, body: unknown = {}, signal?: AbortSignal) => write<Answer>('POST', path, body, signal),
  put: <Answer>(path: string, body: unknown = {}) => write<Answer>('PUT', path, body),
  delete: <Answer>(path: string) => write<Answer>('DELETE', path, undefined),
}

/** A browser that comes for the first time has no session yet: it is given one, and asks again. */
async function read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  try {
    return await request<Answer>('GET', path, undefined, signal)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'no_session') throw error
    await me(true)
    return await request<Answer>('GET', path, undefined, signal)
  }
}

async function write<Answer>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<Answer> {
  try {
    return await request<Answer>(method, path, body, signal, (await me()).csrf)
  } catch (error) {
    // A session that ended takes its token with it: one more try with a new one.
    if (!(error instanceof ApiError) || !(error.code.includes('csrf') || error.code === 'no_session')) throw error
    return await request<Answer>(method, path, body, signal, (await me(true)).csrf)
  }
}

async function request<Answer>(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  token?: string,
): Promise<Answer> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (token) headers['X-Moot-CSRF'] = token
  let answer: Response
  try {
    answer = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'unreachable', {
      en: 'The server does not answer. Is moot serve still running?',
      fr: 'Le serveur ne répond pas. La commande moot serve tourne-t-elle encore ?',
    })
  }
  if (answer.status === 204) return undefined as Answer
  const text = await answer.text()
  const content: unknown = /\bjson\b/.test(answer.headers.get('Content-Type') ?? '') && text ? JSON.parse(text) : text
  if (!answer.ok) throw refusal(answer.status, content)
  return content as Answer
}

/** The error in an answer that is not 2xx. */
export function refusal(status: number, content: unknown): ApiError {
  const error = (content as { error?: { code?: string; message?: Both | string; where?: Where[] } } | null)?.error
  const plain = { en: `The server answered ${status}.`, fr: `Le serveur a répondu ${status}.` }
  return new ApiError(status, error?.code ?? String(status), error?.message ?? plain, error?.where ?? [])
}
