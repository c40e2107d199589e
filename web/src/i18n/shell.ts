import { catalogue } from '../lib/language.svelte'
import en from './shell.en'
import fr from './shell.fr'

export const t = catalogue<Record<keyof typeof en, string>>({ en, fr })
