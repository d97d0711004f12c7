package io.diffusion4j.training.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Training runs whose illness is known. */
class TrainingHealthTest {
  private static final int STEPS = 100;

  private final SortedMap<String, SortedMap<Long, Double>> numbers = new TreeMap<>();

  private void measured(String name, LongToDoubleFunction value) {
    var curve = new TreeMap<Long, Double>();
    LongStream.rangeClosed(1, STEPS).forEach(step -> curve.put(step, value.applyAsDouble(step)));
    numbers.put(name, curve);
  }

  private List<String> findings() {
    return new TrainingHealth("part", 32, numbers).findings();
  }

  @Test
  void oneThatLearnsIsWell() {
    measured("loss", step -> 1.0 / step);
    measured("validation/loss", step -> 1.1 / step);
    measured("validation/accuracy", step -> 0.01 * step);
    measured("validation/own cosine", step -> 0.8);
    measured("validation/other cosine", step -> 0.3);
    measured("gradient_norm", step -> 1 + 1.0 / step);
    measured("waiting_for_data", step -> 0.001);
    assertThat(findings()).isEmpty();
  }

  @Test
  void whatIsNotMeasuredIsNotJudged() {
    assertThat(findings()).isEmpty();
  }

  @Test
  void oneThatLearnsItsPicturesByHeartIsFound() {
    measured("validation/loss", step -> step < 50 ? 1.0 / step : 0.02 * step / 50);
    assertThat(findings()).singleElement().asString().startsWith("validation/loss: 0.0400, after ");
  }

  @Test
  void aPriorThatDrawsTheSameForAllCaptionsIsFound() {
    measured("validation/own cosine", step -> 0.55);
    measured("validation/other cosine", step -> 0.5);
    assertThat(findings())
        .singleElement()
        .asString()
        .startsWith("validation/own cosine: 0.5500 beside 0.5000 of other pictures (expected: ");
  }

  @Test
  void aClipThatGuessesIsFoundByTheBatch() {
    measured("validation/accuracy", step -> 1.0 / 32);
    assertThat(findings())
        .singleElement()
        .asString()
        .startsWith("validation/accuracy: 0.0313 of 32 pairs (expected: well above 0.0313, which");
  }

  @Test
  void gradientsThatGrowAndThreadsThatWaitAreFound() {
    measured("gradient_norm", step -> step > 90 ? 40 : 1);
    measured("waiting_for_data", step -> 0.25);
    assertThat(findings())
        .satisfiesExactly(
            growth -> assertThat(growth).startsWith("gradient_norm: 40.00, after a median of 1.00"),
            wait -> assertThat(wait).startsWith("waiting_for_data: 25 % of the time (expected: "));
  }
}
