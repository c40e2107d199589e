import { catalogue } from '../lib/language.svelte'
import en from './court.en'
import fr from './court.fr'

type Key = keyof typeof en
export const t = catalogue<Record<Key, string>>({ en, fr })

const NAMED: Record<string, Key> = {
  claimants: 'claimants', respondent: 'respondent', third: 'third', bench: 'bench', office: 'office', expert: 'expert', public: 'public', court: 'bench',
  met: 'met', 'not met': 'notMet', blank: 'blank', 'not established': 'notEstablished', 'not decided': 'notDecided', 'not told': 'notTold',
  admitted: 'admitted', pending: 'pending', 'set aside': 'setAside', withdrawn: 'withdrawn', disputed: 'disputed', proved: 'proved',
  preparation: 'preparation', hearing: 'hearing', closed: 'closed', yes: 'yes', no: 'no',
}

/** A word of the server that this page knows, in the language; any other as it came. */
export function named(word: string): string {
  const key = NAMED[word]
  return key ? t(key) : word
}
