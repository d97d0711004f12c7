package io.diffusion4j.kandinsky;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipImageModel;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prior;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.guidance.GuidanceRule;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ImageTask.Ingredient;
import io.diffusion4j.diffusion.pipeline.ImageTask.Words;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.diffusion.sampling.Resampling;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.kandinsky.KandinskyEmbeddings.Embedded;
import io.diffusion4j.kandinsky.KandinskyFamily.KandinskyReport;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/** The folders draw what diffusers drew of them, from the same noise. */
class KandinskyParityTest {
  private static final double PICTURE = 1e-4;
  private static final double EMBEDDING = 1e-5;
  private static final Words WORDS = new Words("a text", "another");

  @TempDir Path folder = Path.of("");

  private static KandinskyModel load(Path decoder) {
    var place = PriorPlace.of(decoder, OpenOptions.with(Residency.ALWAYS));
    return KandinskyModel.load(
        decoder, place, Compute.of(Precision.FLOAT32), Residency.ALWAYS, List.of());
  }

  @GoldenTest(GoldenKind.KANDINSKY_MASK)
  void zerosOfAMaskSpread(GoldenCase golden) {
    var io = golden.io();
    var size = new Pixels(io.size("in.mask", 3), io.size("in.mask", 2));
    for (int row = 0; row < io.size("in.mask", 0); row++) {
      assertThat(InpaintMask.spread(io.row("in.mask", row), size))
          .containsExactly(io.row("out.mask", row));
    }
  }

  @GoldenTest(GoldenKind.KANDINSKY_DECODER_RUN)
  void aDecoderDrawsTheReferencesPictures(GoldenCase golden) throws IOException {
    var run = golden.json();
    var io = golden.io();
    int rows = io.size("in.image_embeds", 0);
    try (var model = load(decoder(golden))) {
      var pipeline = pipeline(model, io);
      var stage = pipeline.card().stage("decoder").orElseThrow();
      var settings =
          stage
              .defaults()
              .withSteps(run.get("num_inference_steps").asInt())
              .withGuidanceScale(
                  GuidanceScale.constant(Math.max(1, run.get("guidance_scale").asDouble())))
              .withSize(new Pixels(run.get("width").asInt(), run.get("height").asInt()));
      var task = task(run, io);
      pipeline.check(task, "decoder", settings);
      if (run.has("steps_done")) {
        assertThat(pipeline.steps(task, Map.of("decoder", settings)))
            .containsEntry("decoder", run.get("steps_done").asInt());
      }
      var drawn =
          pipeline.draw(
              task, Map.of("decoder", settings), noise(golden, rows), SamplingListener.NONE);
      float[] pixels = Rows.stack(drawn.stream().map(Image::pixels).toList());
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = pixels[i] * 0.5f + 0.5f;
      }
      assertClose(pixels, io.floats("out.image"), PICTURE);
    }
  }

  /** The folder that a run is of: its own, the one above, or that of an earlier root. */
  private static Path model(GoldenCase golden) {
    String file = isNested(golden) ? "../model_index.json" : "model_index.json";
    return golden.file(file).resolveSibling("").normalize();
  }

  /** Whether a case is one of the changed runs below a model's folder. */
  private static boolean isNested(GoldenCase golden) {
    return golden.toString().split("/").length > 2;
  }

  /** The folder that a run is of, with the run's scheduler if that is another. */
  private Path decoder(GoldenCase golden) throws IOException {
    Path model = model(golden);
    assertThat(KandinskyReport.of(model).allFailures()).isEmpty();
    if (!golden.json().has("scheduler")) {
      return model;
    }
    Path changed = folder.resolve("decoder");
    Files.createDirectories(changed.resolve("scheduler"));
    for (String component : List.of("unet", "movq", "README.md", "model_index.json")) {
      Files.createSymbolicLink(changed.resolve(component), model.resolve(component));
    }
    Files.createSymbolicLink(folder.resolve("prior"), model.resolveSibling("prior"));
    Files.writeString(
        changed.resolve("scheduler/scheduler_config.json"),
        golden.json().get("scheduler").toString());
    return changed;
  }

  /** A pipeline whose prior draws the embeddings of a case, those of negative texts last. */
  private static KandinskyPipeline pipeline(KandinskyModel model, GoldenTensors io) {
    int rows = io.size("in.image_embeds", 0);
    List<float[]> embeddings = new ArrayList<>(Rows.unstack(io.floats("in.image_embeds"), rows));
    embeddings.addAll(Rows.unstack(io.floats("in.negative_image_embeds"), rows));
    TextEncoder text =
        words ->
            words.stream()
                .map(word -> new TextEncoding(new float[1], new boolean[1], new float[1]))
                .toList();
    Prior prior = (draws, settings, listener) -> embeddings.subList(0, draws.size());
    return new KandinskyPipeline(
        new ModelIdentity("tiny", "", "", ""),
        model,
        new KandinskyEmbeddings(text, images -> List.of(), prior, () -> new float[0]),
        GuidanceRule.AS_ASKED,
        choices -> choices,
        Optional.empty(),
        Optional.empty());
  }

  private static ImageTask task(JsonNode run, GoldenTensors io) {
    ImageTask task =
        run.has("strength")
            ? new ImageTask.ImageToImage(
                picture(io, "in.image"), run.get("strength").asDouble(), WORDS)
            : io.has("in.mask")
                ? new ImageTask.Inpaint(picture(io, "in.image"), mask(io), WORDS, Resampling.NONE)
                : new ImageTask.TextToImage(WORDS);
    return io.has("in.hint") ? new ImageTask.Hinted(task, hint(io)) : task;
  }

  private static Image picture(GoldenTensors io, String name) {
    return new Rgb8(io.size(name, 1), io.size(name, 0), io.bytes(name)).toImage();
  }

  /** Given in bytes, or as numbers in [0, 1]. */
  private static Image mask(GoldenTensors io) {
    float[] values = io.floats("in.mask");
    float white = io.largest("in.mask") > 1 ? 255 : 1;
    float[] pixels = new float[3 * values.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = values[i / 3] / white * 2 - 1;
    }
    return new Image(io.size("in.mask", 1), io.size("in.mask", 0), pixels);
  }

  private static Image hint(GoldenTensors io) {
    float[] pixels = io.image("in.hint");
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = pixels[i] * 2 - 1;
    }
    return new Image(io.size("in.hint", 3), io.size("in.hint", 2), pixels);
  }

  /** The noise of a run; that of negative texts comes after that of the texts. */
  private static List<NoiseSource> noise(GoldenCase golden, int rows) {
    var noise = GoldenTensors.read(golden.folder().resolve("noise.safetensors"));
    List<NoiseSource> sources = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int own = row;
      sources.add(
          (stage, step, size) -> {
            boolean isNegative = stage.endsWith("/negative");
            String name =
                stage.replace("/negative", "")
                    + (step == NoiseSource.INITIAL ? ".init" : ".step" + step);
            float[] all = noise.shape(name).size() == 2 ? noise.floats(name) : noise.image(name);
            return Rows.unstack(all, noise.size(name, 0)).get(isNegative ? rows + own : own);
          });
    }
    return sources;
  }

  @GoldenTest(GoldenKind.KANDINSKY_PRIOR_RUN)
  void aPriorDrawsTheReferencesEmbeddings(GoldenCase golden) {
    var run = golden.json();
    var io = golden.io();
    Path prior = model(golden);
    try (var model = load(prior.resolveSibling("decoder"));
        var images = images(prior)) {
      // Pictures of the cases are prepared already; what is shown here is only their number.
      var known =
          io.has("in.image_embeds")
              ? Rows.unstack(io.floats("in.image_embeds"), io.size("in.image_embeds", 0))
              : io.has("in.pixel_values")
                  ? images.encodePrepared(
                      Rows.unstack(io.image("in.pixel_values"), io.size("in.pixel_values", 0)))
                  : List.<float[]>of();
      ImageEncoder encoder =
          numbers -> numbers.stream().map(number -> known.get((int) number.pixels()[0])).toList();
      var embeddings =
          new KandinskyEmbeddings(model.textEncoder(), encoder, model.prior(), model::nothing);
      var stage = model.prior().stage();
      var settings =
          stage
              .defaults()
              .withSteps(run.get("num_inference_steps").asInt())
              .withGuidanceScale(GuidanceScale.constant(run.get("guidance_scale").asDouble()));
      int rows = io.size("out.image_embeds", 0);
      var drawing =
          new KandinskyEmbeddings.Drawing(noise(golden, rows), settings, SamplingListener.NONE);
      var drawn = embedded(run, embeddings, drawing);
      assertClose(
          Rows.stack(drawn.stream().map(Embedded::image).toList()),
          io.floats("out.image_embeds"),
          EMBEDDING);
      assertClose(
          Rows.stack(drawn.stream().map(Embedded::negative).toList()),
          io.floats("out.negative_image_embeds"),
          EMBEDDING);
    }
  }

  private static List<Embedded> embedded(
      JsonNode run, KandinskyEmbeddings embeddings, KandinskyEmbeddings.Drawing drawing) {
    String negative = run.path("negative_prompt").asText("");
    if (run.has("conditions")) {
      List<Ingredient> ingredients = new ArrayList<>();
      for (int i = 0; i < run.get("conditions").size(); i++) {
        String condition = run.get("conditions").get(i).asText();
        double weight = run.get("weights").get(i).asDouble();
        ingredients.add(
            condition.startsWith("in.pixel_values")
                ? new Ingredient.Picture(number(condition.charAt(16) - '0'), weight)
                : new Ingredient.Text(condition, weight));
      }
      return embeddings.mixed(ingredients, negative, drawing);
    }
    List<Words> words = new ArrayList<>();
    run.get("prompts").forEach(prompt -> words.add(new Words(prompt.asText(), negative)));
    return run.has("strength")
        ? embeddings.towardText(number(0), words.get(0), run.get("steps_done").asInt(), drawing)
        : embeddings.ofTexts(words, drawing);
  }

  private static Image number(int i) {
    return new Image(1, 1, new float[] {i, i, i});
  }

  private static ClipImageModel images(Path prior) {
    Path tower = prior.resolve("image_encoder");
    try (var checkpoint = Checkpoint.open(tower, Checkpoint.TRANSFORMERS)) {
      return new ClipImageModel(
          KandinskyFolder.PREPARATION.readIn(prior),
          ClipFolders.readVision(tower),
          checkpoint.only(ClipFolders::isParameter),
          Compute.of(Precision.FLOAT32));
    }
  }
}
