/** The first sentence of a text, up to its first full stop that ends one. */
export function brief(text: string): string {
  const found = /^.*?[.](?=\s+[A-ZÀ-Ý]|$)/s.exec(text)
  return (found?.[0] ?? text).trim()
}
