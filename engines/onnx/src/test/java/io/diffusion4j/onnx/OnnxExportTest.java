package io.diffusion4j.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of stored networks. */
class OnnxExportTest {
  @TempDir private Path folder = Path.of("");

  /** A network whose definition is a new object each time, as those of some families are. */
  private static StoredNetwork network() {
    NetworkDefinition definition =
        (nn, inputs) -> {
          var x = nn.input(inputs.floats(NetworkDenoiser.SAMPLE, 4, 4, 3));
          var time = nn.input(inputs.floats(NetworkDenoiser.TIME, 8));
          var vector = nn.reshape(nn.at("time").linear(time, 3), -1, 1, 1, 3);
          return List.of(nn.output(nn.at("conv").conv2d(nn.add(x, vector), 3, 3)));
        };
    return StoredNetwork.of(
            "little", definition, work -> work.accept(RandomWeights.of(definition, 1)))
        .named(StoredNetwork.output(0), "out_sample")
        .timed(Sinusoid.of(8));
  }

  private Path write(String into) throws Exception {
    Path to = Files.createDirectories(folder.resolve(into));
    var files =
        OnnxExport.write(
            network(), to, OnnxPrecision.FLOAT32, OnnxModel.MAX_BYTES, Map.of("family", "test"));
    assertThat(files).containsExactly(to.resolve("little.onnx"));
    return files.get(0);
  }

  @Test
  void theSameNetworkGivesTheSameBytes() throws Exception {
    assertThat(write("first")).hasSameBinaryContentAs(write("second"));
  }

  @Test
  void namesAndPropertiesAreInTheFile() throws Exception {
    try (var model = new RuntimeModel(write("named"))) {
      assertThat(model.inputs()).containsExactlyInAnyOrder("sample", OnnxExport.TIMESTEP);
      assertThat(model.outputs()).containsExactly("out_sample");
      assertThat(model.declarations().get("sample")).contains("[-1, 3, 4, 4]");
      assertThat(model.metadata())
          .containsEntry("family", "test")
          .containsEntry("network", "little")
          .containsEntry("precision", "FLOAT32");
    }
  }
}
