package io.diffusion4j.toy;

import io.diffusion4j.diffusion.schedule.NoiseLevel;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.TimestepSpacings;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.plots.ChartDrawing;
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
 * Drawings of the forward process, the score and the samplers for points.
 *
 * @param points the data
 * @param schedule the noise
 * @param count how many points are drawn
 * @param seed the seed of points and noise
 */
public record PointDrawings(PointSet points, NoiseSchedule schedule, int count, long seed) {
  private static final double RANGE = 3;
  private static final double DOT = 1.3;

  /** The colours of data, of arrows and lines, and of samples. */
  private static final int DATA = 5;

  private static final int FIELD = 1;
  private static final int SAMPLES = 0;

  /** Number of arrows along each axis. */
  private static final int GRID = 17;

  /** Number of paths that are drawn as lines. */
  private static final int WAYS = 15;

  /** Length of the longest arrow, as a fraction of the distance between two arrows. */
  private static final double LONGEST = 0.9;

  /** Draws the cloud at some timesteps, from the data to noise: x_t = √ᾱ·x₀ + √(1−ᾱ)·ε. */
  public Planes forward(int panels) {
    return Planes.row(
        timesteps(panels).stream()
            .map(t -> new Plane(title(t), RANGE, List.of(cloud(noised(t), SAMPLES))))
            .toList());
  }

  /** Draws the forward process as frames, from data to noise and back. */
  public List<ChartDrawing> forwardFrames(int frames) {
    return timesteps(frames).stream()
        .<ChartDrawing>map(
            t ->
                Planes.row(List.of(new Plane(title(t), RANGE, List.of(cloud(noised(t), SAMPLES))))))
        .toList();
  }

  /** Draws the learned score as arrows over the noisy points, from noise to the data. */
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
   * Draws the samples x_t on the way from noise to data, and below them the estimates of x₀ that
   * the model makes of them, with DDIM.
   *
   * @param steps number of steps, at least 1
   * @param panels number of timesteps that are drawn; at most one for each step
   */
  public Planes estimates(PointModel model, int steps, int panels) {
    List<List<double[]>> estimates = new ArrayList<>();
    var ways =
        model.sample(
            new DdimSampler(0),
            steps,
            count,
            seed,
            progress -> {
              if (progress.step() > 0) {
                estimates.add(
                    progress.x0().stream().map(x0 -> new double[] {x0[0], x0[1]}).toList());
              }
            });
    List<Integer> visited = TimestepSpacings.TRAILING.of(schedule.steps(), steps).values();
    List<Plane> above = new ArrayList<>();
    List<Plane> below = new ArrayList<>();
    int columns = Math.min(panels, steps);
    for (int i = 0; i < columns; i++) {
      int step = i * (steps - 1) / Math.max(1, columns - 1);
      var now = cloud(ways.stream().map(way -> way.get(step)).toList(), SAMPLES);
      above.add(new Plane("x_t, t = " + visited.get(step), RANGE, List.of(now)));
      var estimate = cloud(estimates.get(step), FIELD);
      below.add(new Plane("estimate of x_0", RANGE, List.of(estimate)));
    }
    above.addAll(below);
    return new Planes(above, columns);
  }

  /**
   * Draws the final points of the samplers, and some of their paths.
   *
   * @param samples the paths of the points by the name of the sampler
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

  /**
   * Draws the samplers side by side as frames: in each frame, all have completed the same fraction
   * of their steps.
   */
  public static List<ChartDrawing> samplingFrames(
      Map<String, List<List<double[]>>> samples, int frames) {
    return IntStream.rangeClosed(0, frames)
        .<ChartDrawing>mapToObj(
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
   * Chooses timesteps from the first to the last, with equal signal and noise in the middle: √ᾱ is
   * near the cosines of equally spaced angles.
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

  /** The points and the noise are the same at every level, so that each point can be followed. */
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
