package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.training.events.EventReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The networks of a small Kandinsky are fine-tuned on a folder of pictures, and draw. */
@Tag("slow")
@TestInstance(Lifecycle.PER_CLASS)
class KandinskyTrainingTest {
  private static final List<String> COLORS = List.of("red", "green", "blue");
  private static final int SIZE = 40;

  private final Path folder;
  private final Path pictures;
  private final Path decoder;
  private final Path prior;

  KandinskyTrainingTest(@TempDir Path folder) {
    this.folder = folder;
    pictures = folder.resolve("colours");
    decoder = folder.resolve("start/decoder");
    prior = folder.resolve("start/prior");
  }

  @BeforeAll
  void makeAModelAndPictures() throws IOException {
    Path start = folder.resolve("start");
    Run run = Run.of("init", "--config", "kandinsky_small", "--output", start.toString());
    assertThat(run.status()).as(run.err()).isZero();
    Files.createDirectories(pictures);
    for (int color = 0; color < COLORS.size(); color++) {
      float[] pixels = new float[SIZE * SIZE * 3];
      Arrays.fill(pixels, -1);
      for (int i = color; i < pixels.length; i += 3) {
        pixels[i] = 1;
      }
      String name = COLORS.get(color);
      Files.write(
          pictures.resolve(name + ".png"), Png.encode(new Image(SIZE, SIZE, pixels), Map.of()));
      Files.writeString(pictures.resolve(name + ".txt"), "all " + name + "\n");
    }
  }

  private Run train(String part, Path from, Path model, String... more) {
    String[] defaults = {
      "train",
      part,
      "--preset",
      "tiny",
      "--data",
      pictures.toString(),
      "--start-from",
      from.toString(),
      "--model",
      model.toString(),
      "--state",
      model + "-state",
      "--batch",
      "3"
    };
    return Run.of(Stream.concat(Stream.of(defaults), Stream.of(more)).toArray(String[]::new));
  }

  private void assertDraws(Path model, String... more) {
    Path png = folder.resolve("drawn-" + model.getFileName() + more.length + ".png");
    String[] defaults = {
      "generate", "all red",
      "--model", model.resolve("decoder").toString(),
      "--size", "16x16",
      "--decoder-steps", "2",
      "-o", png.toString()
    };
    Run run = Run.of(Stream.concat(Stream.of(defaults), Stream.of(more)).toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(png).isNotEmptyFile();
  }

  private static double[] losses(Path model, String part) throws IOException {
    return EventReader.scalars(Path.of(model + "-state").resolve(part).resolve("events"), "loss")
        .values()
        .stream()
        .mapToDouble(Number::doubleValue)
        .toArray();
  }

  private static void assertFalls(double[] losses) {
    int third = losses.length / 3;
    double early = Arrays.stream(losses, 0, third).average().orElseThrow();
    double late =
        Arrays.stream(losses, losses.length - third, losses.length).average().orElseThrow();
    assertThat(late).isLessThan(0.8 * early);
  }

  @Test
  void theDecoderLearnsAndItsFolderHasThePublishedLayout() throws IOException {
    Path model = folder.resolve("tuned");
    String[] how = {
      "--steps", "24", "--learning-rate", "2e-3", "--sample", "all red", "--sample-every", "24"
    };
    Run run = train("decoder", decoder, model, how);
    assertThat(run.status()).as(run.err()).isZero();
    assertFalls(losses(model, "decoder"));
    assertThat(Path.of(model + "-state").resolve("decoder/samples/00000024.png")).isNotEmptyFile();
    assertThat(Path.of(model + "-state").resolve("decoder/latents").toFile().list())
        .as("one latent a picture")
        .hasSize(COLORS.size());
    for (String same :
        List.of("model_index.json", "unet/config.json", "movq/config.json", "README.md")) {
      assertThat(model.resolve("decoder").resolve(same))
          .hasSameTextualContentAs(decoder.resolve(same));
    }
    assertThat(model.resolve("decoder/scheduler/scheduler_config.json"))
        .hasSameTextualContentAs(decoder.resolve("scheduler/scheduler_config.json"));
    try (var before = Checkpoint.open(decoder.resolve("unet"), Checkpoint.DIFFUSERS);
        var after = Checkpoint.open(model.resolve("decoder/unet"), Checkpoint.DIFFUSERS)) {
      assertThat(after.names()).isEqualTo(before.names());
      assertThat(after.metadata())
          .containsEntry("diffusion4j.part", "decoder")
          .containsEntry("diffusion4j.data", pictures.toString());
    }
    assertDraws(model);
  }

  @Test
  void thePriorLearnsFromTheFolderOfThePriorOrOfTheDecoder() throws IOException {
    List<byte[]> weights = new ArrayList<>();
    for (Path from : List.of(decoder, prior)) {
      Path model = folder.resolve("prior-of-" + from.getFileName());
      Run run = train("prior", from, model, "--steps", "24", "--learning-rate", "2e-3");
      assertThat(run.status()).as(run.err()).isZero();
      assertFalls(losses(model, "prior"));
      for (String same : List.of("model_index.json", "prior/config.json")) {
        assertThat(model.resolve("prior").resolve(same))
            .hasSameTextualContentAs(prior.resolve(same));
      }
      weights.add(
          Files.readAllBytes(model.resolve("prior/prior/diffusion_pytorch_model.safetensors")));
      assertDraws(model);
    }
    assertThat(weights.get(1)).isEqualTo(weights.get(0));
  }

  @Test
  void lowRankUpdatesOfBothAreDrawnWith() {
    Path model = folder.resolve("lora");
    for (String part : List.of("decoder", "prior")) {
      Run run = train(part, decoder, model, "--steps", "2", "--lora-rank", "2");
      assertThat(run.status()).as(run.err()).isZero();
      Path updates = model.resolve(part + "_lora");
      try (var lora = Lora.open(updates)) {
        assertThat(lora.layers()).isNotEmpty();
      }
      assertDraws(model, "--lora", updates.toString());
    }
    assertThat(model.resolve("decoder/unet/diffusion_pytorch_model.safetensors"))
        .hasSameBinaryContentAs(decoder.resolve("unet/diffusion_pytorch_model.safetensors"));
  }

  @Test
  void aPriorOfOnePassIsTrainedForAModelWithoutOneAndDrawsWithIt() throws IOException {
    Path model = folder.resolve("direct");
    String[] how = {
      "--kind", "direct", "--steps", "24", "--learning-rate", "1e-3", "--technique", "contrast=0"
    };
    Run run = train("prior", decoder, model, how);
    assertThat(run.status()).as(run.err()).isZero();
    assertFalls(losses(model, "prior-direct"));
    assertThat(model.resolve("decoder/prior_eclipse/config.json"))
        .content()
        .contains("\"additional_embeddings\": 3", "\"embedding_dim\": 64");
    assertDraws(model, "--prior", "eclipse");
    Run other = train("decoder", decoder, model, "--kind", "direct");
    assertThat(other.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(other.err()).contains("kind: direct (expected: none for the part decoder)");
  }

  @Test
  void whatTheFamilyDoesNotHaveIsRefused() {
    Path model = folder.resolve("refused");
    Run part = train("upsampler", decoder, model, "--steps", "1");
    assertThat(part.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(part.err())
        .contains("part: upsampler (expected: prior, prior-direct, decoder, of a");
    Run text = train("decoder", decoder, model, "--technique", "text-drop=0.5");
    assertThat(text.status()).isEqualTo(FailureHandler.BAD_INPUT);
    assertThat(text.err()).contains("text-drop: 0.5 (expected: 0, as the decoder");
    Run alone = train("decoder", decoder.resolve("unet"), model, "--steps", "1");
    assertThat(alone.status()).isEqualTo(FailureHandler.BAD_INPUT);
  }
}
