package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.diffusion4j.cli.Main;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A command that draws loads no TensorFlow where oneDNN is used: 0.4 s of its start. */
@Timeout(120)
@ExtendWith(TinyPipeline.Resolver.class)
class DrawsWithoutTensorFlowTest {
  private static final String NATIVES = "org.tensorflow.internal.c_api.global.tensorflow ";

  private final Path model;
  @TempDir private Path files = Path.of("");

  DrawsWithoutTensorFlowTest(TinyPipeline tiny) {
    model = tiny.folder().toAbsolutePath();
  }

  private String classesLoaded(String engine) throws IOException, InterruptedException {
    Path loaded = files.resolve("classes-" + engine);
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xlog:class+load:file=" + loaded,
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            Main.class.getName(),
            "generate",
            "a red apple",
            "--model=" + model,
            "--engine=" + engine,
            "-o=" + files.resolve(engine + ".png"));
    Path said = files.resolve("said-" + engine);
    Process drawing =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    assertThat(drawing.waitFor()).as(Files.readString(said)).isZero();
    return Files.readString(loaded);
  }

  @Test
  void aCommandThatDrawsLoadsNoTensorFlow() throws IOException, InterruptedException {
    assumeTrue(Engines.areMadeFor(Precision.FLOAT32), "oneDNN is not used");
    assertThat(classesLoaded("auto")).doesNotContain(NATIVES);
    assertThat(classesLoaded("tensorflow")).contains(NATIVES);
  }
}
