import { expect, it } from 'vitest'

// A message that nothing says any more is one that nobody keeps true.
const catalogues = import.meta.glob<{ default: Record<string, string> }>('../src/i18n/*.en.ts', { eager: true })
const sources = import.meta.glob<string>(['../src/**/*.svelte', '../src/**/*.ts'], { eager: true, query: '?raw', import: 'default' })
const text = Object.entries(sources)
  .filter(([path]) => !/\.(en|fr)\.ts$/.test(path))
  .map(([, source]) => source)
  .join('\n')

it.each(Object.keys(catalogues))('every message of %s is said somewhere', (path) => {
  // Keys with an underscore are put together from a prefix and a name.
  const idle = Object.keys(catalogues[path]!.default).filter((key) => !key.includes('_') && !new RegExp(`['"\`]${key}['"\`]`).test(text))
  expect(idle).toEqual([])
})
