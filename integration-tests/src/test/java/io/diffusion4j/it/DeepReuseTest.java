package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.DeepReuse;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenPipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The U-Nets of every family, rewritten for the reuse of deep features: with the features of the
 * same sample, the shallow network computes exactly what the whole network computes.
 */
@Tag("slow")
class DeepReuseTest {
  private static final int ROWS = 3;

  @TempDir private Path temporary = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "unclip-pipeline, decoder super_res_first super_res_last",
    "kandinsky/decoder, unet",
    "ddpm/butterflies, unet",
    "ddpm/cifar10, unet",
    "ddpm/networks/gray-not-square, unet",
    "ddpm/networks/resnet-resampling, unet",
    "dit/pipeline, ''",
  })
  void publishedLayouts(String fixture, String unets) {
    assertExact(fixture(fixture), unets);
  }

  @Test
  void glide() throws Exception {
    Path folder = Files.createDirectories(temporary.resolve("glide"));
    TinyGlideFolder.write(folder, true);
    assertExact(folder, "base upsample");
  }

  private static Path fixture(String path) {
    return GoldenRoots.shipped().find(path);
  }

  private static void assertExact(Path folder, String unets) {
    List<String> rewritten = new ArrayList<>();
    for (StoredNetwork stored : OpenPipeline.family(folder).networks(folder)) {
      Network network = stored.network();
      DeepReuse.of(network)
          .ifPresent(
              reuse -> {
                rewritten.add(stored.name());
                assertExact(stored, network, reuse);
              });
    }
    assertThat(String.join(" ", rewritten)).isEqualTo(unets);
  }

  private static void assertExact(StoredNetwork stored, Network network, DeepReuse reuse) {
    assertThat(reuse.shallow().nodes().size()).isLessThan(network.nodes().size() / 2);
    assertThat(network.parameters().keySet()).containsAll(reuse.shallow().parameters().keySet());
    Batch batch = RandomInputs.of(network, ROWS);
    stored
        .weights()
        .use(
            weights -> {
              for (String engine : Engines.names()) {
                for (Precision precision : Precision.values()) {
                  var compute = Compute.of(precision).withEngine(engine);
                  if (!Engines.has(compute) || refuses(engine, precision)) {
                    continue;
                  }
                  // Another engine runs what this one refuses.
                  var all =
                      Engines.compile(
                          network, List.of(reuse.keeping(), reuse.shallow()), weights, compute);
                  try (var whole = all.get(0)) {
                    var expected = whole.run(batch);
                    var kept = all.get(1).run(batch);
                    var features = kept.get(kept.size() - 1);
                    assertSame(kept.subList(0, kept.size() - 1), expected, engine, precision);
                    var shallow = all.get(2).run(read(batch, reuse.shallow(), features));
                    assertSame(shallow, expected, engine, precision);
                    features[0] += 1; // they are read
                    assertThat(all.get(2).run(read(batch, reuse.shallow(), features)).get(0))
                        .isNotEqualTo(expected.get(0));
                  }
                }
              }
            });
  }

  private static boolean refuses(String engine, Precision precision) {
    return Engines.all().stream()
        .filter(each -> each.name().equals(engine))
        .anyMatch(each -> each.unavailable(precision).isPresent());
  }

  private static void assertSame(
      List<float[]> actual, List<float[]> expected, String engine, Precision precision) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as(engine + " " + precision).isEqualTo(expected.get(i));
    }
  }

  private static Batch read(Batch batch, Network shallow, float[] features) {
    Set<String> read = new HashSet<>(shallow.inputs().keySet());
    read.remove(DeepReuse.FEATURES);
    return batch.only(read).floats(DeepReuse.FEATURES, features);
  }
}
