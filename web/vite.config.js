import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// The licences of what is in the bundle travel with it: their texts are collected beside the page.
function licences() {
  const packages = new Set()
  return {
    name: 'licences',
    moduleParsed({ id }) {
      const path = id.replaceAll('\\', '/').split('/node_modules/').at(-1)
      if (!id.includes(`${sep}node_modules${sep}`) || !path) return
      const parts = path.replaceAll('\0', '').split('/')
      packages.add(path.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0])
    },
    generateBundle() {
      // Fonts come in by addresses in a style sheet, which are no modules.
      const names = [...packages, '@fontsource-variable/source-serif-4', '@fontsource/ibm-plex-sans']
      const texts = [...new Set(names)].sort().map((name) => {
        const folder = join(import.meta.dirname, 'node_modules', name)
        const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
        const file = existsSync(folder) && readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
        if (!file) this.error(`${name}: no licence file in ${folder}`)
        return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
      })
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) })
    },
  }
}

const server = 'http://127.0.0.1:8765'

export default defineConfig(({ mode }) => ({
  plugins: [svelte(), licences()],
  resolve: { conditions: mode === 'test' ? ['browser'] : undefined },
  build: {
    outDir: '../src/moot/web/static',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the content security policy of the server lets no data: address in
    modulePreload: { polyfill: false },
    sourcemap: false,
    target: 'es2022',
  },
  server: { proxy: { '/api': { target: server, ws: true } } },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.ts'] },
}))
