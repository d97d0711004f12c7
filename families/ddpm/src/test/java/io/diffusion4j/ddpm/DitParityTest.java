package io.diffusion4j.ddpm;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.decoder.backbone.Context;
import io.diffusion4j.decoder.dit.DitConfig;
import io.diffusion4j.decoder.dit.DitConfig.Numerics;
import io.diffusion4j.decoder.dit.OriginalDit;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engine;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.Init;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** DiT answers as diffusers' class and as the original do, by every engine that runs here. */
class DitParityTest {
  private static final double NETWORK = 1e-5;
  private static final long SHARD = 1L << 30;

  @TempDir Path folder = Path.of("");

  /** The original's weights are larger: the reference itself is 2e-5 from float64. */
  private static final double ORIGINAL = 5e-5;

  @GoldenTest(GoldenKind.DIT)
  void theNetworkIsDiffusers(GoldenCase golden) {
    var network = (PixelDit) PixelFolders.read(golden.folder());
    withWeights(
        golden.folder(),
        stored -> {
          var weights = network.fromFolder(stored);
          var io = golden.io();
          assertAnswers(network, weights, io, "in.sample", "out", NETWORK);
          assertAnswers(network, weights, io, "in.large", "out.large", NETWORK);
        });
  }

  @GoldenTest(GoldenKind.ORIGINAL_DIT)
  void theNetworkIsTheOriginalAndWithItsWeightsAlsoDiffusers(GoldenCase golden) {
    withWeights(
        golden.folder(),
        stored -> {
          var weights = OriginalDit.of(stored);
          var io = golden.io();
          var original = original(golden.json().get("constructor"), Numerics.ORIGINAL);
          assertAnswers(original, weights, io, "in.sample", "out", ORIGINAL);
          var diffusers = original(golden.json().get("constructor"), Numerics.DIFFUSERS);
          assertAnswers(diffusers, weights, io, "in.sample", "out.diffusers", ORIGINAL);
        });
  }

  @GoldenTest(GoldenKind.ORIGINAL_DIT)
  void aConvertedFileIsReadAsTheOriginal(GoldenCase golden) throws IOException {
    Path file = golden.folder().resolve("model.safetensors");
    var original = original(golden.json().get("constructor"), Numerics.ORIGINAL);
    Path output = Files.createTempDirectory(folder, "converted");
    assertThatThrownBy(
            () -> DitFile.convert(file, Optional.empty(), output, Optional.empty(), SHARD))
        .hasMessageContaining("hidden_size: " + original.config().width());
    Path settings = Files.createTempDirectory(folder, "settings");
    PixelFolders.writeConfig(settings, original);
    DitFile.convert(file, Optional.of(settings), output, Optional.empty(), SHARD);
    assertThat(PixelFolders.read(output)).isEqualTo(original);
    withWeights(
        output,
        stored -> {
          var weights = original.fromFolder(stored);
          assertAnswers(original, weights, golden.io(), "in.sample", "out", ORIGINAL);
        });
  }

  static PixelDit original(JsonNode c, Numerics numerics) {
    int channels = c.get("in_channels").asInt();
    int heads = c.get("num_heads").asInt();
    return new PixelDit(
        new DitConfig(
            c.get("input_size").asInt(),
            c.get("patch_size").asInt(),
            channels,
            c.get("learn_sigma").asBoolean() ? 2 * channels : channels,
            c.get("depth").asInt(),
            heads,
            c.get("hidden_size").asInt() / heads,
            0,
            numerics),
        c.get("num_classes").asInt());
  }

  private interface Work {
    void with(TensorSource stored);
  }

  private static void withWeights(Path folder, Work work) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS, "model")) {
      work.with(checkpoint);
    }
  }

  private static void assertAnswers(
      PixelDit dit, TensorSource weights, GoldenTensors io, String in, String out, double most) {
    int rows = io.size(in, 0);
    int size = io.size(in, 2);
    int[] labels = Arrays.copyOf(io.ints("in.class_labels"), rows);
    double[] t = io.values("in.timestep");
    var times = new ArrayList<float[]>();
    for (int row = 0; row < rows; row++) {
      times.add(dit.embedded(t[row]));
    }
    var batch =
        new Batch(rows)
            .floats(NetworkDenoiser.SAMPLE, io.image(in))
            .floats(NetworkDenoiser.TIME, Rows.stack(times))
            .ints(PixelBackbone.LABEL, labels);
    var network = Network.of(sized(dit, size));
    var engines =
        Engines.all().stream()
            .filter(engine -> engine.unavailable(Precision.FLOAT32).isEmpty())
            .toList();
    assertThat(engines).isNotEmpty();
    for (Engine engine : engines) {
      try (var compiled = engine.compile(network, weights, Compute.of(Precision.FLOAT32))) {
        assertClose(compiled.run(batch).get(0), io.image(out), most);
      }
    }
  }

  /** The same network, given images of another size. */
  private static NetworkDefinition sized(PixelDit dit, int size) {
    var config = dit.config();
    return (nn, inputs) -> {
      var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, size, size, config.inChannels()));
      var time = nn.input(inputs.floats(NetworkDenoiser.TIME, config.timeChannels()));
      var label =
          nn.at("transformer_blocks.0.norm1.emb.class_embedder.embedding_table")
              .embedding(
                  inputs.ints(PixelBackbone.LABEL),
                  dit.classes() + 1L,
                  config.width(),
                  Init.normal(1));
      return List.of(config.forward(nn, x, time, List.of(label), Context.none()));
    };
  }
}
