/** What the vendor calls short image: what follows the last slash of an image's name. */
export function shortImage(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}
