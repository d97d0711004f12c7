package io.diffusion4j.plots;

import io.diffusion4j.diffusion.argument.Check;
import java.util.List;

/**
 * A square of the plane around the origin, with the same scale on both axes.
 *
 * @param title title above the plane; may be empty
 * @param range the largest coordinate shown, greater than 0
 * @param marks the marks, the last on top
 */
public record Plane(String title, double range, List<Mark> marks) {
  public Plane {
    Check.positive("range", range);
    marks = List.copyOf(marks);
  }
}
