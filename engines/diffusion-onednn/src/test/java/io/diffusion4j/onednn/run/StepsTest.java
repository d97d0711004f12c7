package io.diffusion4j.onednn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.onednn.core.Buffer;
import io.diffusion4j.onednn.core.Memory;
import io.diffusion4j.onednn.core.Scope;
import java.util.List;
import org.junit.jupiter.api.Test;

class StepsTest {
  private static final long LARGE = 1 << 20;

  /** Does nothing, with these. */
  private record Uses(List<Buffer> buffers) implements Action {
    @Override
    public Bound bind(Slot slot) {
      return stream -> {};
    }
  }

  private static void step(Steps steps, Buffer... buffers) {
    steps.next();
    steps.add(0, new Uses(List.of(buffers)));
  }

  @Test
  void aStepThatReadsMostlyWeightsIsAStretchOfItsOwn() {
    try (var scope = new Scope()) {
      var weights = Buffer.constant(LARGE, new Memory(scope, LARGE));
      var few = Buffer.constant(64, new Memory(scope, 64));
      var image = Buffer.of(LARGE / 4);
      var other = Buffer.of(LARGE / 4);
      var largeImage = Buffer.of(2 * LARGE);
      var scratch = Buffer.of(4 * LARGE);
      var steps = new Steps(2);
      step(steps, image, few);
      step(steps, image, other);
      step(steps, other, weights, image, scratch);
      step(steps, image, weights);
      step(steps, largeImage, weights);
      step(steps, image, few);
      assertThat(steps.stretches(List.of(scratch)))
          .extracting(Steps.Stretch::steps)
          .containsExactly(new Range(0, 2), new Range(2, 3), new Range(3, 4), new Range(4, 6));
    }
  }

  @Test
  void partsWithLargeWeightsOfTheirOwnAreStretchesOfTheirOwn() {
    try (var scope = new Scope()) {
      var first = Buffer.constant(LARGE, new Memory(scope, LARGE));
      var second = Buffer.constant(LARGE, new Memory(scope, LARGE));
      var bias = Buffer.constant(64, new Memory(scope, 64));
      var image = Buffer.of(LARGE / 4);
      var steps = new Steps(2);
      steps.next();
      steps.add(0, new Uses(List.of(image, first, bias)));
      steps.add(1, new Uses(List.of(image, second, bias)));
      steps.next();
      steps.add(0, new Uses(List.of(image, first, bias)));
      steps.add(1, new Uses(List.of(image, first, bias)));
      assertThat(steps.stretches(List.of()))
          .containsExactly(
              new Steps.Stretch(new Range(0, 1), new Range(0, 1)),
              new Steps.Stretch(new Range(0, 1), new Range(1, 2)),
              new Steps.Stretch(new Range(1, 2), new Range(0, 2)));
    }
  }
}
