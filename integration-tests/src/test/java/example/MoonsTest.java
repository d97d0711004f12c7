package example;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MoonsTest {
  /** Returns the mean distance of points to the nearest of 1000 points of the data. */
  static double distance(List<float[]> points) {
    var random = new SplittableRandom(3);
    List<float[]> data = Stream.generate(() -> Moons.point(random)).limit(1000).toList();
    return points.stream()
        .mapToDouble(
            a ->
                data.stream()
                    .mapToDouble(b -> Math.hypot(a[0] - b[0], a[1] - b[1]))
                    .min()
                    .orElseThrow())
        .average()
        .orElseThrow();
  }

  @Test
  void theProgramDrawsMoonsAndResumes(@TempDir Path folder) {
    List<float[]> few = Moons.draw(20, folder);
    List<float[]> points = Moons.draw(1500, folder);
    assertThat(distance(points)).isLessThan(0.1).isLessThan(distance(few) / 2);
    assertThat(Moons.draw(1500, folder)).containsExactlyElementsOf(points);
  }
}
