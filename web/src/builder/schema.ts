// What a JSON Schema lets stand at a place, as far as a form has to know.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type Schema = {
  $ref?: string
  $defs?: Record<string, Schema>
  anyOf?: Schema[]
  type?: string
  enum?: (string | number)[]
  const?: string | number
  title?: string
  description?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  patternProperties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  minimum?: number
  maximum?: number
  maxLength?: number
  pattern?: string
  format?: string
}
export type Kind =
  | { kind: 'choice'; choices: string[] }
  | { kind: 'switch' }
  | { kind: 'number'; whole: boolean; min?: number; max?: number }
  | { kind: 'quantity' }
  | { kind: 'text'; long: boolean; max: number; date: boolean }
  | { kind: 'list'; items: Schema }
  | { kind: 'map'; items: Schema }
  | { kind: 'group'; properties: [string, Schema][]; required: string[] }
  | { kind: 'other' }

export function resolved(schema: Schema, root: Schema): Schema {
  let found = schema
  while (found.$ref) found = root.$defs?.[found.$ref.split('/').at(-1) ?? ''] ?? {}
  return found
}

/** The ways to write a value, without null. */
function ways(schema: Schema, root: Schema): Schema[] {
  const found = resolved(schema, root)
  return (found.anyOf ?? [found]).map((one) => resolved(one, root)).flatMap((one) => (one.anyOf ? ways(one, root) : [one])).filter((one) => one.type !== 'null')
}

export function optional(schema: Schema, root: Schema): boolean {
  return (resolved(schema, root).anyOf ?? []).some((one) => resolved(one, root).type === 'null')
}

export function kindOf(schema: Schema, root: Schema): Kind {
  const all = ways(schema, root)
  if (all.some((one) => one.type === 'object' && one.title === 'Quantity')) return { kind: 'quantity' }
  const only = all[0]
  if (all.length !== 1 || !only) return { kind: 'other' }
  if (only.enum) return { kind: 'choice', choices: only.enum.map(String) }
  switch (only.type) {
    case 'boolean':
      return { kind: 'switch' }
    case 'integer':
    case 'number':
      return { kind: 'number', whole: only.type === 'integer', min: only.minimum, max: only.maximum }
    case 'string':
      return { kind: 'text', long: !only.pattern && (only.maxLength ?? 0) > 200, max: only.maxLength ?? 200, date: only.format === 'date' }
    case 'array':
      return only.items ? { kind: 'list', items: only.items } : { kind: 'other' }
    case 'object': {
      if (only.properties) return { kind: 'group', properties: Object.entries(only.properties), required: only.required ?? [] }
      const items = Object.values(only.patternProperties ?? {})[0] ?? (typeof only.additionalProperties === 'object' ? only.additionalProperties : undefined)
      return items ? { kind: 'map', items } : { kind: 'other' }
    }
  }
  return { kind: 'other' }
}

/** Something to begin with at a new place: what is required, and nothing else. */
export function blank(schema: Schema, root: Schema): Json {
  const kind = kindOf(schema, root)
  switch (kind.kind) {
    case 'choice':
      return kind.choices[0] ?? ''
    case 'switch':
      return false
    case 'number':
      return Math.max(0, kind.min ?? 0)
    case 'quantity':
      return { value: 0, mark: 'assumed' }
    case 'list':
      return []
    case 'map':
      return {}
    case 'group':
      return Object.fromEntries(kind.properties.filter(([key]) => kind.required.includes(key)).map(([key, one]) => [key, blank(one, root)]))
    default:
      return ''
  }
}

export type Path = readonly (string | number)[]

/** The same value with another at a path; `undefined` takes it out. Nothing is changed in place. */
export function put(value: Json, path: Path, next: Json | undefined): Json {
  const [first, ...rest] = path
  if (first === undefined) return next ?? null
  if (Array.isArray(value)) {
    const at = Number(first)
    if (!rest.length && next === undefined) return value.filter((_, i) => i !== at)
    const copy = [...value]
    copy[at] = rest.length ? put(value[at] ?? {}, rest, next) : (next as Json)
    return copy
  }
  const held = value !== null && typeof value === 'object' ? value : {}
  if (!rest.length && next === undefined) return Object.fromEntries(Object.entries(held).filter(([key]) => key !== first))
  return { ...held, [first]: rest.length ? put(held[first] ?? {}, rest, next) : (next as Json) }
}

/** The number of a quantity, written alone or with its range. */
export function amount(value: Json | undefined): number | null {
  if (typeof value === 'number') return value
  if (value && typeof value === 'object' && !Array.isArray(value) && typeof value.value === 'number') return value.value
  return null
}
