package io.diffusion4j.toy;

import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.plots.Drawing;
import io.diffusion4j.plots.Mark;
import io.diffusion4j.plots.Plane;
import io.diffusion4j.plots.Planes;
import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What happens to points, as drawings.
 *
 * @param points the data
 * @param schedule the noise
 * @param count how many points are drawn
 * @param seed of points and noise
 */
public record PointDrawings(PointSet points, NoiseSchedule schedule, int count, long seed) {
  private static final double RANGE = 3;
  private static final double DOT = 1.3;

  /** The colours of data, of arrows and lines, and of samples. */
  private static final int DATA = 5;

  private static final int FIELD = 1;
  private static final int SAMPLES = 0;

  /** Arrows each way. */
  private static final int GRID = 17;

  /** How many ways are drawn as lines. */
  private static final int WAYS = 15;

  /** The longest arrow, as a share of the distance between two. */
  private static final double LONGEST = 0.9;

  /** The cloud at some timesteps, from the data to noise: x_t = √ᾱ·x₀ + √(1−ᾱ)·ε. */
  public Planes forward(int panels) {
    return Planes.row(
        timesteps(panels).stream()
            .map(t -> new Plane(title(t), RANGE, List.of(cloud(noised(t), SAMPLES))))
            .toList());
  }

  /** The same as frames, there and back. */
  public List<Drawing> forwardFrames(int frames) {
    return timesteps(frames).stream()
        .<Drawing>map(
            t ->
                Planes.row(List.of(new Plane(title(t), RANGE, List.of(cloud(noised(t), SAMPLES))))))
        .toList();
  }

  /** The learned score as arrows over the noisy points, from noise to the data. */
  public Planes score(PointModel model, int panels) {
    List<Plane> planes = new ArrayList<>();
    for (int t : timesteps(panels)) {
      List<double[]> grid = grid();
      List<double[]> scores = model.scores(grid, t);
      double longest = scores.stream().mapToDouble(s -> Math.hypot(s[0], s[1])).max().orElseThrow();
      double scale = LONGEST * (2 * RANGE / GRID) / longest;
      List<Mark> marks = new ArrayList<>();
      marks.add(cloud(noised(t), DATA));
      for (int i = 0; i < grid.size(); i++) {
        double[] at = grid.get(i);
        double[] s = scores.get(i);
        marks.add(
            new Mark.Arrow(
                point(at),
                point(new double[] {at[0] + scale * s[0], at[1] + scale * s[1]}),
                FIELD));
      }
      planes.add(new Plane(title(t), RANGE, marks));
    }
    return Planes.row(planes);
  }

  /**
   * Where samplers have taken points, and the ways of some.
   *
   * @param samples the ways of the points by the name of the sampler
   */
  public static Planes ways(Map<String, List<List<double[]>>> samples) {
    List<Plane> planes = new ArrayList<>();
    samples.forEach(
        (name, ways) -> {
          List<Mark> marks = new ArrayList<>();
          for (List<double[]> way : ways.subList(0, Math.min(WAYS, ways.size()))) {
            marks.add(new Mark.Line(way.stream().map(PointDrawings::point).toList(), FIELD));
          }
          marks.add(cloud(ways.stream().map(way -> way.get(way.size() - 1)).toList(), SAMPLES));
          planes.add(new Plane(name + ", " + (ways.get(0).size() - 1) + " calls", RANGE, marks));
        });
    return Planes.row(planes);
  }

  /** The samplers at work, side by side, as frames: each is shown at the same share of its way. */
  public static List<Drawing> samplingFrames(
      Map<String, List<List<double[]>>> samples, int frames) {
    return IntStream.rangeClosed(0, frames)
        .<Drawing>mapToObj(
            frame -> {
              List<Plane> planes = new ArrayList<>();
              samples.forEach(
                  (name, ways) -> {
                    int last = ways.get(0).size() - 1;
                    int call = (int) Math.round((double) frame * last / frames);
                    planes.add(
                        new Plane(
                            name + ", call " + call + " of " + last,
                            RANGE,
                            List.of(
                                cloud(ways.stream().map(way -> way.get(call)).toList(), SAMPLES))));
                  });
              return Planes.row(planes);
            })
        .toList();
  }

  /**
   * From the first timestep to the last, with signal and noise in equal parts in the middle: √ᾱ is
   * near the cosines of angles at equal distances.
   */
  private List<Integer> timesteps(int count) {
    List<Integer> timesteps = new ArrayList<>();
    int t = 0;
    for (int i = 0; i < count; i++) {
      double signal = Math.cos(i * Math.PI / 2 / Math.max(1, count - 1));
      while (t < schedule.steps() - 1 && schedule.alphaBar(t) > signal * signal) {
        t++;
      }
      timesteps.add(i == 0 ? 0 : t);
    }
    return timesteps;
  }

  private String title(int t) {
    return String.format(Locale.ROOT, "t = %d, ᾱ = %.3f", t, schedule.alphaBar(t));
  }

  /** The same points and noise at every level, so that each can be followed. */
  private List<double[]> noised(int t) {
    NoiseLevel level = schedule.level(t);
    var random = new SplittableRandom(seed);
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                Arrays.stream(points.draw(random))
                    .map(x0 -> level.xt(x0, random.nextGaussian()))
                    .toArray())
        .toList();
  }

  private static List<double[]> grid() {
    List<double[]> grid = new ArrayList<>();
    for (int i = 0; i < GRID * GRID; i++) {
      grid.add(new double[] {coordinate(i % GRID), coordinate(i / GRID)});
    }
    return grid;
  }

  private static double coordinate(int i) {
    return RANGE * ((2 * i + 1.0) / GRID - 1);
  }

  private static Mark cloud(List<double[]> points, int color) {
    return new Mark.Dots(points.stream().map(PointDrawings::point).toList(), DOT, color);
  }

  private static Point2D point(double[] at) {
    return new Point2D.Double(at[0], at[1]);
  }
}
