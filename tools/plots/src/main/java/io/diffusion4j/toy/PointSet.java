package io.diffusion4j.toy;

import static java.lang.Math.PI;
import static java.lang.Math.cos;
import static java.lang.Math.hypot;
import static java.lang.Math.sin;
import static java.lang.Math.sqrt;

import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.continuous.GaussianMixture;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Points in the plane at random, with mean near 0 and a standard deviation near 1. */
@FunctionalInterface
public interface PointSet {
  /** One point: x and y. */
  double[] draw(SplittableRandom random);

  /** Three round clouds, whose score is known. */
  GaussianMixture MIXTURE =
      new GaussianMixture(
          List.of(
              new GaussianMixture.Component(0.4, List.of(-1.1, -0.7), 0.04),
              new GaussianMixture.Component(0.35, List.of(1.2, -0.4), 0.08),
              new GaussianMixture.Component(0.25, List.of(0.1, 1.3), 0.02)));

  /** Returns the sets by name: dino, mixture, moons, spiral. */
  static ByName<PointSet> standard() {
    return new ByName<>(
        "points",
        Map.of(
            "dino", Dinosaur::point,
            "mixture", random -> of(MIXTURE, random),
            "moons", PointSet::moons,
            "spiral", PointSet::spiral));
  }

  /** Returns a point of a mixture. */
  static double[] of(GaussianMixture mixture, SplittableRandom random) {
    double left = random.nextDouble();
    GaussianMixture.Component chosen = mixture.components().get(0);
    for (GaussianMixture.Component component : mixture.components()) {
      chosen = component;
      left -= component.weight();
      if (left < 0) {
        break;
      }
    }
    double deviation = sqrt(chosen.variance());
    return new double[] {
      chosen.mean().get(0) + deviation * random.nextGaussian(),
      chosen.mean().get(1) + deviation * random.nextGaussian()
    };
  }

  private static double[] spiral(SplittableRandom random) {
    double angle = 4 * PI * sqrt(random.nextDouble()); // uniform along the line
    double radius = angle / (2 * PI);
    return blurred(radius * cos(angle), radius * sin(angle) + 1 / PI, 0.03, random);
  }

  private static double[] moons(SplittableRandom random) {
    double angle = PI * random.nextDouble();
    boolean upper = random.nextBoolean();
    double x = upper ? cos(angle) : 1 - cos(angle);
    double y = upper ? sin(angle) : 0.5 - sin(angle);
    return blurred(1.2 * (x - 0.5), 1.6 * (y - 0.25), 0.05, random);
  }

  private static double[] blurred(double x, double y, double by, SplittableRandom random) {
    return new double[] {x + by * random.nextGaussian(), y + by * random.nextGaussian()};
  }

  /** The outline of a dinosaur, drawn for this project. */
  final class Dinosaur {
    private static final double[][] OUTLINE = {
      {8, 76}, {11, 82}, {18, 85}, {25, 82}, {28, 75}, {30, 64}, {35, 55}, {46, 57}, {58, 58},
      {68, 52}, {79, 41}, {91, 31}, {98, 25}, {87, 27}, {77, 32}, {73, 29}, {72, 12}, {64, 12},
      {63, 28}, {54, 26}, {46, 28}, {44, 12}, {36, 12}, {35, 31}, {29, 39}, {24, 51}, {21, 64},
      {19, 71}, {13, 72}, {8, 76}
    };

    private static final double[] EYE = {19, 79};

    private static final double LENGTH =
        IntStream.range(1, OUTLINE.length).mapToDouble(Dinosaur::side).sum();

    private Dinosaur() {}

    static double[] point(SplittableRandom random) {
      double[] at = random.nextInt(40) == 0 ? EYE : onOutline(random);
      return blurred((at[0] - 48) / 26, (at[1] - 45) / 26, 0.012, random);
    }

    private static double[] onOutline(SplittableRandom random) {
      double left = LENGTH * random.nextDouble();
      int i = 1;
      while (left > side(i) && i < OUTLINE.length - 1) {
        left -= side(i++);
      }
      double share = left / side(i);
      return new double[] {
        OUTLINE[i - 1][0] + share * (OUTLINE[i][0] - OUTLINE[i - 1][0]),
        OUTLINE[i - 1][1] + share * (OUTLINE[i][1] - OUTLINE[i - 1][1])
      };
    }

    private static double side(int i) {
      return hypot(OUTLINE[i][0] - OUTLINE[i - 1][0], OUTLINE[i][1] - OUTLINE[i - 1][1]);
    }
  }
}
