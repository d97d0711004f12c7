package io.diffusion4j.plots;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;

/**
 * A square of the plane around the origin, both axes on one scale.
 *
 * @param title above it; may be empty
 * @param range the largest coordinate shown, greater than 0
 * @param marks what is in it, the last on top
 */
public record Plane(String title, double range, List<Mark> marks) {
  public Plane {
    Check.positive("range", range);
    marks = List.copyOf(marks);
  }
}
