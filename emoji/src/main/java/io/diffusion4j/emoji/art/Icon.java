package io.diffusion4j.emoji.art;

/**
 * A drawing: the content of an SVG element, and its view box.
 *
 * @param body an SVG fragment
 */
record Icon(String body, float left, float top, float width, float height) {
  String svg() {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""
        + " viewBox=\"%s %s %s %s\" width=\"%s\" height=\"%s\">%s</svg>"
            .formatted(left, top, width, height, width, height, body);
  }
}
