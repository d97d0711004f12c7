package io.diffusion4j.it.guide;

// snippet: all
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.toy.PointSet;
import io.diffusion4j.toy.PointTraining;
import java.util.List;

final class ANetwork {
  /** Learns a spiral in some steps of 256 points, and draws points from noise. */
  static List<double[]> learnAndDraw(int trainingSteps, int count) {
    var points = PointSet.standard().named("spiral");
    var training = new PointTraining(points, new LinearSchedule(1000), trainingSteps, 0);
    try (var model = training.train((step, loss) -> report(step, loss))) {
      List<List<double[]>> ways = model.sample(new DdimSampler(0), 50, count, 0);
      return ways.stream().map(way -> way.get(way.size() - 1)).toList();
    }
  }

  private static void report(int step, double loss) {
    if (step % 500 == 0) {
      System.out.printf("step %d: %.3f%n", step, loss);
    }
  }
}
// end snippet
