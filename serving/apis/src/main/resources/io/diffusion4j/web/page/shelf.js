// The pictures on the page, in the order in which they are shown.

const shown = new WeakMap();

/** Notes that a button opens a picture. */
export function shelve(opener, picture) {
  shown.set(opener, picture);
}

/** All pictures that can be opened and are not filtered out. */
export function pictures() {
  return [...document.querySelectorAll('.tile-open:enabled')]
    .filter((opener) => opener.checkVisibility())
    .map((opener) => shown.get(opener));
}

/** Removes the tiles of a picture. */
export function unshelve(picture) {
  for (const opener of document.querySelectorAll('.tile-open')) {
    if (shown.get(opener) === picture) {
      opener.closest('.tile').remove();
    }
  }
}
