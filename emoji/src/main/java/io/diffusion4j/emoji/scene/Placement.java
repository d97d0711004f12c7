package io.diffusion4j.emoji.scene;

import io.diffusion4j.emoji.art.Concept;

/**
 * The placement of one thing, in fractions of the side of the picture, from the top left.
 *
 * @param x centre of its visible part
 * @param y centre of its visible part
 * @param size its longer side
 */
public record Placement(Concept concept, double x, double y, double size) {
  public Placement {
    double half = size / 2;
    if (!(size > 0 && x >= half && y >= half && x <= 1 - half && y <= 1 - half)) {
      throw new IllegalArgumentException(
          "placement: %s at (%s, %s) of size %s (expected: inside the unit square)"
              .formatted(concept, x, y, size));
    }
  }
}
