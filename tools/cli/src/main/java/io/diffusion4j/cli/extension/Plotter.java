package io.diffusion4j.cli.extension;

import io.diffusion4j.cli.options.Variation;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import io.diffusion4j.evaluation.report.SweepPoint;
import java.nio.file.Path;
import java.util.List;

/**
 * The drawings that options of other commands request, by the module {@code plots}. Registered in
 * {@code META-INF/services}.
 */
public interface Plotter {
  /**
   * Returns the plotter on the class path.
   *
   * @param option the option that needs it, for messages
   * @param file its value
   * @throws IllegalArgumentException if there is none
   */
  static Plotter of(String option, Path file) {
    return ServiceProviders.of(Plotter.class).stream()
        .findFirst()
        .orElseThrow(
            () -> Check.refusal(option, file, "none without diffusion4j-plots on the class path"));
  }

  /**
   * Checks that charts can be written to a file.
   *
   * @throws IllegalArgumentException if its name or folder does not permit it
   */
  void checkChart(String option, Path file);

  /**
   * Plots measurements over the values of one or two options.
   *
   * @param variations the options and their values
   * @param places the places of the first option's values on the axis; empty for the values
   *     themselves
   * @param label the label of the axis of places
   */
  void plot(
      Path file,
      List<Variation> variations,
      List<Double> places,
      String label,
      List<SweepPoint> points);

  /**
   * Checks that an animation can be written to a file.
   *
   * @throws IllegalArgumentException if its name or folder does not permit it
   */
  void checkAnimation(String option, Path file);

  /**
   * Writes an animation in an endless loop.
   *
   * @param frames pictures of equal size, at least one
   * @param hundredths the duration of each frame, in hundredths of a second
   * @param last the duration of the last frame
   */
  void animate(String option, Path file, List<Rgb8> frames, int hundredths, int last);
}
