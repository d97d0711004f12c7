package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.denoiser.Perturbation;
import io.diffusion4j.diffusion.denoiser.Perturbation.Part;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.PerturbedNetwork;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Executable;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenPipeline;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The networks of every family with parts left out: all engines that share weights compute them
 * themselves, and alike; with nothing left out, they are the networks.
 */
@Tag("slow")
class PerturbedFamiliesTest {
  private static final int ROWS = 2;
  private static final double TOLERANCE = 2e-5;

  @ParameterizedTest
  @CsvSource({
    "unclip-pipeline, prior decoder",
    "kandinsky/prior, prior",
    "kandinsky/decoder, unet",
    "ddpm/butterflies, unet",
    "dit/pipeline, transformer",
    "latent/sd1, unet",
  })
  void inEveryFamily(String fixture, String names) {
    Path folder = GoldenRoots.shipped().find(fixture);
    List<String> perturbed = new ArrayList<>();
    for (StoredNetwork stored : OpenPipeline.family(folder).networks(folder)) {
      PerturbedNetwork.of(stored.definitions().get(0))
          .ifPresent(
              variant -> {
                perturbed.add(stored.name());
                assertAlike(stored, variant);
              });
    }
    assertThat(String.join(" ", perturbed)).isEqualTo(names);
  }

  private static void assertAlike(StoredNetwork stored, PerturbedNetwork variant) {
    Network network = stored.network();
    Batch batch = RandomInputs.of(network, ROWS);
    List<List<float[]>> all = new ArrayList<>();
    stored
        .weights()
        .use(
            weights -> {
              for (Engine engine : Engines.all()) {
                if (engine.unavailable(Precision.FLOAT32).isPresent()
                    || engine.name().startsWith("ort")) {
                  continue;
                }
                var compute = Compute.of(Precision.FLOAT32);
                var both = engine.compile(network, List.of(variant.network()), weights, compute);
                try (var whole = both.get(0)) {
                  Executable other = both.get(1);
                  float[] plain = whole.run(batch).get(0);
                  assertClose(other.run(nothingLeftOut(variant, batch)).get(0), plain);
                  List<float[]> answers = new ArrayList<>();
                  for (Part part : Part.values()) {
                    var without = variant.batch(batch, new Perturbation(part, List.of()));
                    answers.add(other.run(without).get(0));
                    assertThat(Arrays.equals(answers.get(answers.size() - 1), plain)).isFalse();
                  }
                  all.add(answers);
                }
              }
            });
    assertThat(all).isNotEmpty();
    for (List<float[]> answers : all) {
      for (int i = 0; i < answers.size(); i++) {
        assertClose(answers.get(i), all.get(0).get(i));
      }
    }
  }

  private static void assertClose(float[] actual, float[] expected) {
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(actual)
        .usingComparatorWithPrecision((float) (TOLERANCE * largest))
        .containsExactly(expected);
  }

  private static Batch nothingLeftOut(PerturbedNetwork variant, Batch batch) {
    Batch whole = variant.batch(batch, new Perturbation(Part.BLOCK, List.of(0)));
    for (var choice : variant.choices()) {
      int width = (int) choice.width();
      float[] factors = new float[ROWS * 2 * width];
      for (int row = 0; row < ROWS; row++) {
        Arrays.fill(factors, 2 * row * width, (2 * row + 1) * width, 1);
      }
      whole.floats(choice.input(), factors);
    }
    return whole;
  }
}
