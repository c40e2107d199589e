// Light, dark, or as the system says.
import { remember, remembered } from './language.svelte'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'moot.theme'

class Chosen {
  current: Theme = $state('system')
  /** Goes up whenever the colours change, for what is drawn on a canvas. */
  version = $state(0)

  constructor() {
    const kept = remembered(KEY)
    if (kept === 'light' || kept === 'dark') this.current = kept
    matchMedia?.('(prefers-color-scheme: dark)')?.addEventListener?.('change', () => this.version++)
  }

  set(theme: Theme): void {
    this.current = theme
    remember(KEY, theme === 'system' ? null : theme)
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
    this.version++
  }
}

export const theme = new Chosen()

/** A colour of tokens.css as the theme has it now, for a canvas, which knows no variables. */
export function colour(name: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(--${name})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}
