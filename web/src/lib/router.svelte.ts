// Paths to pages. A page is fetched when it is first opened.
import type { Component } from 'svelte'

export type Parameters = Record<string, string>
/** Pages take `parameters` if their path has any. */
export type Page = Component<any>
export type Route = {
  /** Segments; `:name` takes any one of them. */
  path: string
  load: () => Promise<{ default: Page }>
  /** Without head and foot, for a projector. */
  bare?: boolean
}
export type Found = { route: Route; parameters: Parameters }

export function match(routes: readonly Route[], path: string): Found | null {
  const given = segments(path)
  for (const route of routes) {
    const wanted = segments(route.path)
    if (wanted.length !== given.length) continue
    const parameters: Parameters = {}
    if (wanted.every((one, i) => one.startsWith(':') ? ((parameters[one.slice(1)] = given[i] ?? ''), true) : one === given[i]))
      return { route, parameters }
  }
  return null
}

function segments(path: string): string[] {
  return path.split('/').filter(Boolean).map((one) => {
    try {
      return decodeURIComponent(one)
    } catch {
      return one // a stray % is no address of ours; it is shown as it came
    }
  })
}

class Place {
  path = $state(location.pathname)
  query = $state(location.search)

  constructor() {
    addEventListener('popstate', () => this.read())
    document.addEventListener('click', (event) => this.follow(event))
  }

  get search(): URLSearchParams {
    return new URLSearchParams(this.query)
  }

  go(address: string): void {
    history.pushState(null, '', address)
    this.read()
    scrollTo(0, 0)
  }

  /** The address says what is seen; nothing is loaded and no step back is added. */
  note(address: string): void {
    history.replaceState(null, '', address)
    this.query = location.search
  }

  private read(): void {
    this.path = location.pathname
    this.query = location.search
  }

  private follow(event: MouseEvent): void {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest?.('a')
    if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
    if (link.pathname.startsWith('/api/')) return
    if (link.pathname === location.pathname && link.search === location.search && link.hash) return
    event.preventDefault()
    this.go(link.href)
  }
}

export const place = new Place()
