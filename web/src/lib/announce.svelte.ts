// What a screen reader says without moving the focus; App.svelte holds the region.

class Announcer {
  text = $state('')

  /** The same words twice are said twice: a space that is not seen makes them differ. */
  say(text: string): void {
    this.text = this.text === text ? `${text}\u200a` : text
  }
}

export const announcer = new Announcer()
export const announce = (text: string) => announcer.say(text)
