package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.inject.util.Modules;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.ModelPart;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.Preset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A family of four files, which nothing else names, is trained, drawn with, served and changed. */
class NewFamilyTest {
  private static final String BLIND =
      """
      package example;

      import com.google.inject.AbstractModule;
      import io.diffusion4j.diffusion.component.TextEncoder;
      import io.diffusion4j.diffusion.component.TextEncoding;

      public final class AllBlue extends AbstractModule {
        @Override
        protected void configure() {
          float[] blue = {0, 0, 1};
          var text = new TextEncoding(blue, new boolean[] {true}, blue);
          bind(TextEncoder.class).toInstance(texts -> texts.stream().map(t -> text).toList());
        }
      }
      """;

  @TempDir Path folder = Path.of("");
  private Path model = Path.of("");

  @BeforeEach
  void train() throws IOException {
    model = folder.resolve("model");
    Path file = folder.resolve("sizes.yaml");
    Files.writeString(file, tiny().replace("name: tiny", "name: swatch") + SCHEDULE);
    Preset preset = Preset.read(file);
    var training = new ModelTraining(preset, model, folder.resolve("state"));
    var painter = training.component("painter");
    TrainingConfig config = training.config(painter);
    assertThat(config.steps()).isEqualTo(150);
    var setup = training.setup(painter, new ColouredShapes());
    assertThat(training.train(setup, config, 1000, (step, report) -> {})).isTrue();
  }

  private static final String SCHEDULE =
      "swatch: {steps: 150, batch: 8, learning-rate: 0.02, seed: 3}\n";

  /** The sections of the other families, without the data of emoji. */
  private static String tiny() throws IOException {
    Path presets = Path.of("../emoji/src/main/resources/io/diffusion4j/emoji/train/tiny.yaml");
    String yaml = Files.readString(presets);
    return yaml.substring(0, yaml.indexOf("emoji:\n"));
  }

  @Test
  void whatItLearnedIsDrawn() {
    assertThat(OpenPipeline.inspect(model).isSound()).isTrue();
    try (var plugins = Plugins.of(List.of());
        var open = OpenPipeline.of(model, OpenOptions.with(Residency.ALWAYS), plugins)) {
      for (int colour = 0; colour < 3; colour++) {
        String prompt = "a " + ColouredShapes.COLOURS.get(colour) + " square";
        Image image =
            open.pipeline()
                .draw(
                    ImageTask.of(prompt), Map.of(), PhiloxNoise.images(7, 1), SamplingListener.NONE)
                .get(0);
        assertThat(ColouredShapes.excess(image, colour)).as(prompt).isGreaterThan(0.3);
      }
    }
  }

  @Test
  void itIsServedOverGrpcAlsoWithThePartOfAPlugin() throws IOException {
    Path jar = PluginJars.ofJava(folder, "example.AllBlue", BLIND);
    assertThat(ColouredShapes.excess(served(List.of()), 0)).isGreaterThan(0.3);
    assertThat(ColouredShapes.excess(served(List.of(jar)), 2)).isGreaterThan(0.3);
  }

  /** A red square from a server with these plugins. */
  private Image served(List<Path> jars) throws IOException {
    try (var plugins = Plugins.of(jars);
        var models =
            LocalModels.load(
                List.of(ServedModel.of(model, Precision.FLOAT32)),
                OpenOptions.with(Residency.ALWAYS),
                plugins);
        var server =
            models.server(ServerConfig.loopback().withPort(0), Modules.EMPTY_MODULE).start();
        var client = GenerationClient.connect("127.0.0.1:" + server.port())) {
      var listed = client.models().get(0);
      assertThat(listed.getName()).isEqualTo("swatch");
      assertThat(listed.getStages(0).getName()).isEqualTo("painter");
      assertThat(listed.getPartsList())
          .extracting(ModelPart::getKind)
          .isEqualTo(jars.stream().map(any -> "text_encoder").toList());
      var drawn = client.generate(Requests.textToImage("a red square").addSeeds(7).build());
      return ImageFiles.read(drawn.images().get(0).png(), 1 << 20);
    }
  }

  @Test
  void anUnknownComponentIsRefusedWithThoseOfAllFamilies() {
    var training = new ModelTraining(new Preset("none", Map.of()), model, folder);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> training.component("frame"))
        .withMessageStartingWith("part: frame (expected: clip, prior, ")
        .withMessageContaining("painter");
  }
}
