package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.DataSet;
import io.diffusion4j.data.ImageBuckets;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.decoder.unet.CurrentNames;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.loss.Weighting;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.NetworkDenoiser;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.BatchSource;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingRun;
import io.diffusion4j.nn.train.diffusion.DiffusionLoss;
import io.diffusion4j.nn.train.diffusion.NoisedBatch;
import io.diffusion4j.nn.train.group.RowRange;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.RandomComponents;
import io.diffusion4j.training.ModelTraining;
import io.diffusion4j.training.PartSetup;
import io.diffusion4j.training.Preset;
import io.diffusion4j.training.TrainableComponent;
import io.diffusion4j.unclip.UnclipFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses are those of diffusers' scripts, and training runs those of the other families. */
class StableDiffusionTrainingTest {
  private static final int STEPS = 4;
  private static final int SIZE = 16;
  private static final List<String> COLORS = List.of("red", "green", "blue");
  private static final Compute ONEDNN = Compute.of(Precision.FLOAT32).withEngine("onednn");
  private static final LowRank UPDATES = new LowRank(2, 4, KeyPatterns.of("to_q,to_v"));

  @TempDir Path folder = Path.of("");

  // Losses

  @GoldenTest(GoldenKind.AUTOENCODER_KL)
  void theLossOfTheAutoencoderIsTheErrorOfDiffusersPictureAndTheDivergence(GoldenCase golden) {
    var io = golden.io();
    if (!io.has("in.latents")) {
      return;
    }
    Path model = golden.folder().resolve(golden.json().path("model").asText(".")).normalize();
    var shape = Autoencoder.read(model);
    int rows = io.size("in.latents", 0);
    float[] pixels = io.image("in.pixel_values");
    float[] decoded = io.image("out.decoded");
    float[] mean = io.image("out.mean");
    float[] logVariance = io.image("out.logvar");
    float[] latents = io.image("in.latents");
    float[] noise = new float[latents.length];
    double divergence = 0;
    for (int i = 0; i < noise.length; i++) {
      double variance = Math.exp(logVariance[i]);
      noise[i] = (float) ((latents[i] / shape.scaling() - mean[i]) / Math.sqrt(variance));
      divergence += 0.5 * (mean[i] * mean[i] + variance - 1 - logVariance[i]);
    }
    double square = 0;
    double absolute = 0;
    for (int i = 0; i < pixels.length; i++) {
      double error = decoded[i] - pixels[i];
      square += error * error;
      absolute += Math.abs(error);
    }
    var size = new Pixels(io.size("in.pixel_values", 3), io.size("in.pixel_values", 2));
    var batch =
        new Batch(rows)
            .floats(Autoencoder.PIXELS, pixels)
            .floats(AutoencoderObjective.NOISE, noise);
    double weight = 0.5;
    for (var error : Map.of(Function.SQUARE, square, Function.ABS, absolute).entrySet()) {
      var objective =
          new AutoencoderObjective(shape, size, error.getKey(), weight, 0, Optional.empty());
      double expected = (error.getValue() + weight * divergence) / pixels.length;
      for (var loss : losses(objective, CurrentNames.of(stored(model, "")), batch, rows)) {
        assertThat(loss).isCloseTo(expected, within(1e-5 * expected));
      }
    }
  }

  @GoldenTest(GoldenKind.CONDITIONAL_UNET)
  void theLossOfTheUnetIsTheSquareErrorOfDiffusersPrediction(GoldenCase golden) {
    Path model = golden.folder().resolve(golden.json().path("model").asText(".")).normalize();
    var unet = ConditionalUnet.read(model);
    if (unet.besideChannels() > 0 || unet.guidanceDim() > 0 || unet.labelDim() > 0) {
      return;
    }
    var io = golden.io();
    int rows = io.size("in.sample", 0);
    float[] predicted = io.image("out");
    float[] target = new float[predicted.length];
    var random = new SplittableRandom(3);
    double square = 0;
    for (int i = 0; i < target.length; i++) {
      target[i] = (float) random.nextGaussian();
      square += Math.pow(target[i] - predicted[i], 2);
    }
    double expected = square / target.length;
    float[] row = {1, 0, 0, 0, 0, 1000, 1, 0}; // plain squared error
    var batch =
        new Batch(rows)
            .floats(NetworkDenoiser.SAMPLE, io.image("in.sample"))
            .floats(
                NetworkDenoiser.TIME,
                Rows.stack(
                    Arrays.stream(io.values("in.timestep")).mapToObj(unet.sinusoid()::at).toList()))
            .floats(ConditionalUnet.CONTEXT, io.floats("in.encoder_hidden_states"))
            .floats(DiffusionLoss.TARGET, target)
            .floats(DiffusionLoss.X0, new float[target.length])
            .floats(DiffusionLoss.ROW, Rows.stack(Collections.nCopies(rows, row)));
    var size = new Pixels(io.size("in.sample", 3), io.size("in.sample", 2));
    int length = io.size("in.encoder_hidden_states", 1);
    var objective = LatentTraining.objective(unet, size, length);
    for (var loss : losses(objective, stored(model, LatentTraining.NETWORK), batch, rows)) {
      assertThat(loss).isCloseTo(expected, within(1e-5 * expected));
    }
  }

  private static TensorMap stored(Path folder, String prefix) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS)) {
      return new TensorMap().putAll(prefix, checkpoint);
    }
  }

  private static List<Double> losses(
      Objective objective, TensorSource weights, Batch batch, int rows) {
    List<Double> losses = new ArrayList<>();
    for (String engine : List.of("tensorflow", "onednn")) {
      var config =
          TrainingConfig.of(1, rows, 1e-3, 1)
              .withCompute(Compute.of(Precision.FLOAT32).withEngine(engine));
      try (var trainer = new Trainer(objective, config)) {
        trainer.startFrom(weights);
        losses.add(trainer.evaluate(batch).loss());
      }
    }
    return losses;
  }

  // Batches

  private List<BatchSource> sources() {
    var config = StableDiffusionConfig.small();
    var noise =
        new NoisedBatch(
            config.scheduler().schedule(),
            Parameterization.EPS,
            Weighting.SIMPLE,
            t -> new float[] {(float) t});
    var latents =
        new CaptionedLatents(
            Colours.PICTURES,
            new ImageBuckets(List.of(Pixels.square(SIZE))),
            config.vae(),
            picture -> encoded(picture.pixels()[0]),
            true,
            texts ->
                texts.stream()
                    .map(
                        text ->
                            new TextEncoding(
                                new float[] {text.length()}, new boolean[1], new float[0]))
                    .toList(),
            0.5,
            noise,
            8,
            5);
    return List.of(latents, new AutoencoderBatches(Colours.PICTURES, 16, Optional.empty(), 8, 5));
  }

  private static float[] encoded(float mean) {
    float[] moments = new float[2 * 2 * 8];
    for (int i = 0; i < moments.length; i++) {
      moments[i] = i % 8 < 4 ? mean : -40; // the variance is negligible
    }
    return moments;
  }

  @Test
  void aShareOfABatchHasTheRowsOfTheWhole() {
    for (BatchSource source : sources()) {
      var whole = source.batch(3);
      for (var share : List.of(new RowRange(0, 3), new RowRange(3, 8))) {
        assertThat(source.rows(3, share).checksum())
            .isEqualTo(whole.rows(share.from(), share.to()).checksum());
      }
    }
  }

  @Test
  void latentsAreScaledAndNoisedAndSomeCaptionsAreEmpty() {
    var config = StableDiffusionConfig.small();
    var batch = sources().get(0).batch(2);
    float[] samples = batch.floats(NetworkDenoiser.SAMPLE, 2, 2, 4);
    float[] targets = batch.floats(DiffusionLoss.TARGET, 2, 2, 4);
    float[] texts = batch.floats(ConditionalUnet.CONTEXT, 1);
    List<Boolean> empty = new ArrayList<>();
    for (int row = 0; row < 8; row++) {
      var example = Colours.PICTURES.get(16 + row);
      int t = (int) batch.floats(NetworkDenoiser.TIME, 1)[row];
      double aBar = config.scheduler().schedule().alphaBar(t);
      double x0 = config.vae().scaling() * example.image().pixels()[0];
      for (int i = row * 16; i < (row + 1) * 16; i++) {
        assertThat((double) samples[i])
            .isCloseTo(Math.sqrt(aBar) * x0 + Math.sqrt(1 - aBar) * targets[i], within(1e-5));
      }
      empty.add(texts[row] == 0);
      assertThat(texts[row]).isIn(0f, (float) example.caption().length());
    }
    assertThat(empty).contains(true, false);
  }

  // Training runs

  /** Pictures of one colour each, with its name. */
  private record Colours(String name) implements DataSet {
    static final CaptionedImages PICTURES = new Colours("colours").examples(SIZE, 1);

    @Override
    public CaptionedImages examples(int imageSize, long seed) {
      return index -> {
        int color = (int) (index % COLORS.size());
        float[] pixels = new float[imageSize * imageSize * 3];
        Arrays.fill(pixels, -1);
        for (int i = color; i < pixels.length; i += 3) {
          pixels[i] = 1;
        }
        return new CaptionedImage(
            new Image(imageSize, imageSize, pixels), "all " + COLORS.get(color));
      };
    }

    @Override
    public Stream<String> captions(long seed, long most) {
      return COLORS.stream().limit(most);
    }

    @Override
    public OptionalLong size() {
      return OptionalLong.of(COLORS.size());
    }
  }

  private static Preset preset() {
    var schedule = new Preset.Schedule(STEPS, 4, 1e-3, 1, Optimizer.Method.ADAMW, null);
    return new Preset(
        "small",
        Map.of(
            StableDiffusionSizes.class,
            new StableDiffusionSizes(
                new StableDiffusionSizes.LatentVae(SIZE, List.of(8, 16), 1, 4, 4, 3, schedule),
                new StableDiffusionSizes.LatentUnet(
                    SIZE, List.of(8, 16), List.of(true, false), 1, 8, 4, schedule))));
  }

  /** Writes a CLIP as its training does: a text tower with projection, and an image tower. */
  private static void writeClip(Path model) {
    var random = new RandomComponents(DType.BF16, 3, name -> {});
    var transformer = new Transformer(16, 32, 2, 2, Activation.QUICK_GELU, 1e-5);
    var text = new ClipTextNetwork(transformer, 600, 8, 16);
    random.write(model, UnclipFolder.TEXT, text);
    random.write(model, UnclipFolder.WORDS, UnclipFolder.enumerated(text));
    random.write(model, UnclipFolder.IMAGE, new ClipVisionNetwork(transformer, 8, 4, 16));
  }

  private static boolean train(
      TrainableComponent part,
      DataSet data,
      Path model,
      Path work,
      @Nullable Path first,
      long stopAt,
      String... techniques) {
    var training = new ModelTraining(preset(), model, work, first);
    var setup = training.setup(part, data);
    for (String technique : techniques) {
      String[] words = technique.split("=", -1);
      setup = setup.with(words[0], words[1]);
    }
    var config = training.config(part).withCompute(ONEDNN);
    return training.train(setup, config, 1, new Stop(stopAt));
  }

  /** Stops a run after a step. */
  private static final class Stop implements ModelTraining.Observer {
    private final long at;
    private @Nullable TrainingRun run;

    Stop(long at) {
      this.at = at;
    }

    @Override
    public void onStart(TrainingRun started, TrainingConfig config, long parameters, long from) {
      run = started;
    }

    @Override
    public void onStep(long step, Trainer.Report report) {
      assertThat(report.loss()).isFinite();
      if (step == at && run != null) {
        run.stop();
      }
    }
  }

  private static void assertSame(Path model, Path other, String component) {
    String file = component + "/diffusion_pytorch_model.safetensors";
    assertThat(model.resolve(file)).hasSameBinaryContentAs(other.resolve(file));
    assertThat(model.resolve(component + "/config.json"))
        .hasSameTextualContentAs(other.resolve(component + "/config.json"));
  }

  static List<TrainableComponent> parts() {
    return new StableDiffusionTraining().components();
  }

  @Test
  void trainingFromNothingEndsInAFolderOfDiffusersAndAStoppedOneInTheSame() {
    var data = new Colours("colours");
    Path model = folder.resolve("model");
    Path stopped = folder.resolve("stopped");
    for (Path each : List.of(model, stopped)) {
      writeClip(each);
    }
    for (TrainableComponent part : parts()) {
      assertThat(train(part, data, model, folder.resolve("a"), null, -1)).isTrue();
      assertThat(train(part, data, stopped, folder.resolve("b"), null, 2)).isFalse();
      assertThat(stopped.resolve(part.component())).doesNotExist();
      assertThat(train(part, data, stopped, folder.resolve("b"), null, -1)).isTrue();
      assertSame(model, stopped, part.component());
    }
    assertThat(folder.resolve("a/latent/latents").toFile().list())
        .as("one latent a picture")
        .hasSize(COLORS.size());
    assertThat(new StableDiffusionFamily().inspect(model).allFailures()).isEmpty();
    var index = ModelFolder.open(model);
    assertThat(index.className()).isEqualTo("StableDiffusionPipeline");
    assertThat(index.components().keySet())
        .isEqualTo(Component.index(StableDiffusionFolder.COMPONENTS).keySet());
    assertThat(ClipFolders.readTextStates(model.resolve("text_encoder")).embeddingDim()).isZero();
    try (var text = Checkpoint.open(model.resolve("text_encoder"), Checkpoint.TRANSFORMERS)) {
      assertThat(text.names()).noneMatch(name -> name.startsWith("text_projection"));
    }
    assertThatThrownBy(
            () ->
                train(parts().get(1), new Colours("others"), model, folder.resolve("a"), null, -1))
        .hasMessageContaining("data: colours (expected: others");
  }

  /** Pictures of one colour each, in four aspect ratios. */
  private DataSet oblong() throws IOException {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    int[][] sizes = {{32, 32}, {48, 24}, {20, 40}, {40, 22}};
    for (int i = 0; i < 12; i++) {
      float[] pixels = new float[sizes[i % 4][0] * sizes[i % 4][1] * 3];
      Arrays.fill(pixels, i / 6f - 1);
      var image = new Image(sizes[i % 4][0], sizes[i % 4][1], pixels);
      Files.write(pictures.resolve(i + ".png"), Png.encode(image, Map.of()));
      Files.writeString(pictures.resolve(i + ".txt"), "shade " + i);
    }
    return new Shuffled(PictureFiles.open("data", List.of(pictures.toString()), Columns.DEFAULT));
  }

  @Test
  void picturesOfSeveralAspectRatiosAreTrainedOnWithTheSameBitsAfterAStop() throws IOException {
    Path first = folder.resolve("first");
    new RandomStableDiffusion(StableDiffusionConfig.small()).write(first, DType.F32, 1, name -> {});
    var part = StableDiffusionTraining.UNET;
    DataSet data = oblong();
    String step = "buckets=32";
    for (long stop : List.of(-1L, 2L, -1L)) {
      Path to = folder.resolve(stop < 0 && !Files.exists(folder.resolve("b")) ? "a" : "b");
      boolean isFinished = train(part, data, to, to.resolve("state"), first, stop, step);
      assertThat(isFinished).isEqualTo(stop < 0);
    }
    assertSame(folder.resolve("a"), folder.resolve("b"), "unet");
    try (var weights = Checkpoint.open(folder.resolve("a/unet"), Checkpoint.DIFFUSERS)) {
      assertThat(weights.metadata().get("diffusion4j.techniques")).contains("buckets=32.0");
    }
    Path squares = folder.resolve("squares");
    assertThat(train(part, data, squares, squares.resolve("state"), first, -1)).isTrue();
    String file = "unet/diffusion_pytorch_model.safetensors";
    assertThat(Files.mismatch(folder.resolve("a").resolve(file), squares.resolve(file)))
        .isNotNegative();
    assertThatThrownBy(
            () -> train(part, data, squares, squares.resolve("state"), first, -1, "buckets=16"))
        .hasMessageContaining("techniques");
    assertThatThrownBy(
            () ->
                train(
                    part, data, folder.resolve("n"), folder.resolve("n"), first, -1, "buckets=12"))
        .hasMessageContaining("buckets: 12.0 (expected: a multiple of 8 pixels)");
    assertThatThrownBy(
            () ->
                train(
                    part,
                    new Colours("colours"),
                    folder.resolve("n"),
                    folder.resolve("n"),
                    first,
                    -1,
                    step))
        .hasMessageContaining("buckets: colours (expected: pictures in files");
  }

  @Test
  void theScalingFactorMakesLatentsOfDeviationOne() {
    Path model = folder.resolve("model");
    var part = StableDiffusionTraining.VAE;
    assertThat(train(part, new Colours("colours"), model, folder.resolve("work"), null, -1))
        .isTrue();
    try (var vae = new VaeModel(model.resolve("vae"), Compute.of(Precision.FLOAT32))) {
      double square = 0;
      double sum = 0;
      double variances = 0;
      int count = 0;
      for (int i = 0; i < COLORS.size(); i++) {
        float[] moments = vae.encode(Colours.PICTURES.get(i).image());
        float[] mode = VaeModel.sample(vae.vae(), moments, new float[moments.length / 2]);
        float[] ones = new float[moments.length / 2];
        Arrays.fill(ones, 1);
        float[] above = VaeModel.sample(vae.vae(), moments, ones);
        for (int k = 0; k < mode.length; k++) {
          sum += mode[k];
          square += mode[k] * mode[k];
          variances += Math.pow(above[k] - mode[k], 2);
          count++;
        }
      }
      double mean = sum / count;
      assertThat((square + variances) / count - mean * mean).isCloseTo(1, within(0.02));
    }
  }

  @ParameterizedTest
  @MethodSource("parts")
  void aFinishedModelIsTrainedOn(TrainableComponent part) {
    Path first = folder.resolve("first");
    new RandomStableDiffusion(StableDiffusionConfig.small()).write(first, DType.F32, 1, name -> {});
    Path model = folder.resolve("model");
    assertThat(train(part, new Colours("colours"), model, folder.resolve("work"), first, -1))
        .isTrue();
    assertThat(new StableDiffusionFamily().inspect(model).allFailures()).isEmpty();
    assertThat(model.resolve("model_index.json"))
        .hasSameTextualContentAs(first.resolve("model_index.json"));
    for (String same : List.of("unet", "vae", "text_encoder")) {
      assertThat(model.resolve(same).resolve("config.json"))
          .hasSameTextualContentAs(first.resolve(same).resolve("config.json"));
    }
    assertThat(model.resolve("scheduler/scheduler_config.json"))
        .hasSameTextualContentAs(first.resolve("scheduler/scheduler_config.json"));
  }

  @Test
  void lowRankUpdatesAreInDiffusersFormAndChangeThePrediction() throws IOException {
    Path first = folder.resolve("first");
    new RandomStableDiffusion(StableDiffusionConfig.small()).write(first, DType.F32, 1, name -> {});
    Path model = folder.resolve("model");
    var training = new ModelTraining(preset(), model, folder.resolve("work"), first);
    var part = StableDiffusionTraining.UNET;
    var config =
        training.config(part).withCompute(ONEDNN).withLowRank(UPDATES).withLearningRate(0.05);
    assertThat(
            training.train(training.setup(part, new Colours("colours")), config, 1, new Stop(-1)))
        .isTrue();
    String weights = "unet/diffusion_pytorch_model.safetensors";
    assertThat(model.resolve(weights)).hasSameBinaryContentAs(first.resolve(weights));
    Path updates = model.resolve("unet_lora");
    try (var file = Checkpoint.open(updates.resolve("pytorch_lora_weights.safetensors"))) {
      assertThat(file.names())
          .isNotEmpty()
          .allMatch(name -> name.matches("unet\\..*\\.to_[qv]\\.lora_[AB]\\.weight"));
    }
    float[] before = predicted(model, List.of());
    float[] after = predicted(model, List.of(new LoraChoice("own", updates, 1)));
    assertThat(IntStream.range(0, after.length).anyMatch(i -> after[i] != before[i])).isTrue();
    assertThatThrownBy(
            () ->
                training.train(
                    training.setup(StableDiffusionTraining.VAE, new Colours("colours")),
                    config,
                    1,
                    new Stop(-1)))
        .hasMessageContaining("lora-rank: 2");
    assertThat(Files.exists(model.resolve("vae_lora"))).isFalse();
  }

  private static float[] predicted(Path model, List<LoraChoice> loras) {
    var updates = StableDiffusionModel.loras(model, loras);
    var size = Pixels.square(8);
    try (var unet =
        new UnetModel(
            model.resolve("unet"),
            weights -> updates.merge("unet", weights),
            Parameterization.EPS,
            77,
            Compute.of(Precision.FLOAT32))) {
      float[] states = new float[77 * 64];
      Arrays.fill(states, 0.5f);
      var query = new Query<>(new float[8 * 8 * 4], 500.0, UnetCondition.of(size, states));
      return unet.denoiser().predict(List.of(query)).get(0).output();
    }
  }

  @Test
  void featuresOfClipCanBePartOfTheLossAndAreNotTrained() {
    Path model = folder.resolve("model");
    writeClip(model);
    var part = StableDiffusionTraining.VAE;
    var data = new Colours("colours");
    String technique = "perceptual=0.5";
    assertThat(train(part, data, model, folder.resolve("work"), null, 2, technique)).isFalse();
    assertThat(train(part, data, model, folder.resolve("work"), null, -1, technique)).isTrue();
    try (var weights = Checkpoint.open(model.resolve("vae"), Checkpoint.DIFFUSERS)) {
      assertThat(weights.names())
          .isEqualTo(StableDiffusionFolder.AUTOENCODER.readIn(model).manifest().shapes().keySet());
    }
    assertThatThrownBy(
            () -> train(part, data, folder.resolve("b"), folder.resolve("c"), null, -1, technique))
        .hasMessageContaining("without image_encoder (expected: CLIP, for the technique");
  }

  @Test
  void whatCannotBeTrainedIsRefusedBeforeAnythingIsWritten() throws IOException {
    Path model = folder.resolve("model");
    var data = new Colours("colours");
    var unet = StableDiffusionTraining.UNET;
    assertThatThrownBy(() -> train(unet, data, model, folder.resolve("work"), null, -1))
        .hasMessageContaining("without tokenizer (expected: clip and latent-vae, trained first");
    Path inpainting = folder.resolve("inpainting");
    var small = StableDiffusionConfig.small();
    var nine = new ConditionalUnet(8, 9, 4, small.unet().levels(), true, 64, false, 16, 1e-5, 0, 0);
    new RandomStableDiffusion(
            new StableDiffusionConfig(small.text(), nine, small.vae(), small.scheduler()))
        .write(inpainting, DType.F32, 1, name -> {});
    assertThatThrownBy(
            () -> train(unet, data, folder.resolve("n"), folder.resolve("work"), inpainting, -1))
        .hasMessageContaining("start-from: a U-Net with further inputs");
    Path index = inpainting.resolve("model_index.json");
    Path made = folder.resolve("made");
    Files.writeString(
        index,
        Files.readString(index).replace("StableDiffusionPipeline", "StableDiffusionXLPipeline"));
    assertThatThrownBy(() -> train(unet, data, made, folder.resolve("work"), inpainting, -1))
        .hasMessageContaining("_class_name: StableDiffusionXLPipeline, of Stable Diffusion XL");
    assertThat(made).doesNotExist();
    assertThat(PartSetup.of(unet, data).words()).contains("prediction=eps", "latents=sample");
  }
}
