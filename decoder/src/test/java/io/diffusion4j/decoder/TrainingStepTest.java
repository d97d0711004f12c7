package io.diffusion4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.checkpoint.lora.MergedTensors;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.schedule.Schedules;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Function;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.KeyPatterns;
import io.diffusion4j.nn.train.LowRank;
import io.diffusion4j.nn.train.Objective;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.Optimizer.Decayed;
import io.diffusion4j.nn.train.Optimizer.Method;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.TrainingConfig.EmaWarmup;
import io.diffusion4j.nn.train.TrainingConfig.Fall;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole steps of training are PyTorch's, on every engine. The recorded values are exact; float32
 * may differ by 5e-7 in a loss and by 0.02 of the rate in a weight, and where the gradient is zero
 * by all of the rate.
 */
@Tag("slow")
class TrainingStepTest {
  @TempDir Path folder = Path.of("");

  private static final double LOSS = 2e-6;
  private static final double WEIGHT = 0.02;
  private static final double NO_CLIPPING = 1e30;

  @GoldenTest(GoldenKind.TRAINING_STEPS)
  void stepsWithClippingAndAMovingAverageAreDiffusers(GoldenCase golden) throws IOException {
    JsonNode about = golden.json();
    var io = golden.io();
    var ema = about.get("ema");
    int steps = 0;
    while (io.has("in.step" + steps + ".images")) {
      steps++;
    }
    var unet = unet(golden.folder().resolve("unet"));
    for (String engine : List.of("tensorflow", "onednn")) {
      var config =
          config(
                  about,
                  io.size("in.step0.images", 0),
                  1,
                  engine,
                  about.get("max_grad_norm").asDouble())
              .withEmaDecay(ema.get("decay").asDouble());
      try (var trainer = new Trainer(objective(unet, io.shape("in.step0.images")), config)) {
        trainer.startFrom(weights(golden.folder().resolve("unet")));
        for (int s = 0; s < steps; s++) {
          String step = "step" + s + ".";
          var report = trainer.step(batch(io, "in." + step, unet, 0, config.batchSize()));
          assertThat(report.loss()).isCloseTo(io.values("out." + step + "loss")[0], within(LOSS));
          assertThat(report.gradientNorm())
              .isCloseTo(io.values("out." + step + "grad_norm")[0], within(1e-5));
          assertThat(config.ema(0, s))
              .isCloseTo(io.values("out." + step + "ema_decay")[0], within(1e-12));
          Path after = golden.folder().resolve("step" + (s + 1) + ".safetensors");
          if (Files.exists(after)) {
            assertWeights(trainer.weights(), after, config, s + 1, zeros(about));
          }
        }
        Path average = golden.folder().resolve("ema" + steps + ".safetensors");
        assertWeights(trainer.averagedWeights(), average, config, steps, zeros(about));
      }
    }
  }

  @GoldenTest(GoldenKind.ACCUMULATION)
  void severalBatchesGiveTheStepOfOne(GoldenCase golden) throws IOException {
    JsonNode about = golden.json();
    var io = golden.io();
    Path model = golden.file(about.get("model").asText());
    var unet = unet(model);
    int micro = io.size("out.micro_losses", 0);
    int rows = io.size("in.images", 0) / micro;
    Set<String> zero = zeros(about);
    zero.addAll(zeros(new ObjectMapper().readTree(model.resolve("../case.json").toFile())));
    for (String engine : List.of("tensorflow", "onednn")) {
      var config = config(about, rows, micro, engine, NO_CLIPPING);
      try (var trainer = new Trainer(objective(unet, io.shape("in.images")), config)) {
        trainer.startFrom(weights(model));
        var batches = new Batch[micro];
        for (int i = 0; i < micro; i++) {
          batches[i] = batch(io, "in.", unet, i * rows, rows);
        }
        var report = trainer.step(batches);
        assertThat(report.loss()).isCloseTo(io.values("out.loss")[0], within(LOSS));
        assertThat(report.gradientNorm()).isCloseTo(io.values("out.grad_norm")[0], within(1e-5));
        Path after = golden.folder().resolve("step1.safetensors");
        assertWeights(trainer.weights(), after, config, 1, zero);
      }
    }
  }

  @GoldenTest(GoldenKind.LOW_RANK_STEPS)
  void lowRankUpdatesAreTrainedAlone(GoldenCase golden) throws IOException {
    JsonNode about = golden.json();
    var io = golden.io();
    Path model = golden.file(about.get("model").asText());
    var unet = unet(model);
    List<String> targets = new ArrayList<>();
    about.get("targets").forEach(target -> targets.add(target.asText()));
    var lowRank =
        new LowRank(
            about.get("rank").asInt(), about.get("alpha").asDouble(), new KeyPatterns(targets));
    for (String start : List.of("fresh", "trained")) {
      for (String engine : List.of("tensorflow", "onednn")) {
        var config =
            config(about, io.size("in.images", 0), 1, engine, NO_CLIPPING).withLowRank(lowRank);
        Path folder = golden.folder().resolve(start);
        try (var trainer = new Trainer(objective(unet, io.shape("in.images")), config)) {
          trainer.startFrom(
              new TensorMap()
                  .putAll("", weights(model))
                  .putAll("", weights(folder.resolve("initial.safetensors"))));
          for (int s = 0; s < 2; s++) {
            var report = trainer.step(batch(io, "in.", unet, 0, config.batchSize()));
            assertThat(report.loss())
                .isCloseTo(io.values("out." + start + ".loss" + s)[0], within(LOSS));
            Path after = folder.resolve("step" + (s + 1) + ".safetensors");
            assertWeights(trainer.weights(), after, config, s + 1, Set.of());
          }
          var base = weights(model);
          for (String key : base.names()) {
            assertThat(trainer.averagedWeights().read(key)).as(key).isEqualTo(base.read(key));
          }
        }
      }
    }
  }

  /** The trained loss is that of weights to which the updates of the file are added. */
  @GoldenTest(GoldenKind.LOW_RANK_STEPS)
  void updatesOfConvolutionsAddToTheirWeights(GoldenCase golden) throws IOException {
    var io = golden.io();
    Path model = golden.file(golden.json().get("model").asText());
    var unet = unet(model);
    var lowRank =
        new LowRank(2, 3, KeyPatterns.of("conv1,conv_in,conv_shortcut,downsamplers.0.conv,to_v"));
    int rows = io.size("in.images", 0);
    var batch = batch(io, "in.", unet, 0, rows);
    for (String engine : List.of("tensorflow", "onednn")) {
      var whole = config(golden.json(), rows, 1, engine, NO_CLIPPING);
      var config = whole.withLearningRate(0.02).withLowRank(lowRank);
      Path file = folder.resolve(engine + ".safetensors");
      double loss;
      try (var trainer = new Trainer(objective(unet, io.shape("in.images")), config)) {
        trainer.startFrom(weights(model));
        double before = trainer.evaluate(batch).loss();
        for (int i = 0; i < 3; i++) {
          trainer.step(batch);
        }
        loss = trainer.evaluate(batch).loss();
        assertThat(loss).isLessThan(0.99 * before);
        var trained = trainer.weights();
        var writer = new SafetensorsWriter().note("lora_adapter_metadata", "{\"lora_alpha\": 3}");
        trained.names().stream()
            .filter(name -> name.endsWith(LowRank.A) || name.endsWith(LowRank.B))
            .forEach(name -> writer.copy(trained, name));
        writer.write(file);
      }
      var updates = List.of(new MergedTensors.ScaledLora(Lora.open(file), 1));
      try (var merged = MergedTensors.of(weights(model), updates);
          var trainer = new Trainer(objective(unet, io.shape("in.images")), whole)) {
        assertThat(merged.info("conv_in.weight").dtype()).isEqualTo(DType.F32);
        trainer.startFrom(merged);
        assertThat(trainer.evaluate(batch).loss()).isCloseTo(loss, within(LOSS));
      }
    }
  }

  @GoldenTest(GoldenKind.TRAINING_STEPS)
  void whatIsFrozenStaysAndEachMovingAverageHasItsDecay(GoldenCase golden) throws IOException {
    var io = golden.io();
    Path folder = golden.folder().resolve("unet");
    var unet = unet(folder);
    var start = weights(folder);
    for (String engine : List.of("tensorflow", "onednn")) {
      var config =
          config(golden.json(), io.size("in.step0.images", 0), 1, engine, NO_CLIPPING)
              .withFrozen(KeyPatterns.of("conv_in.*,to_q.weight"));
      var batch = batch(io, "in.step0.", unet, 0, config.batchSize());
      List<TensorSource> averages = new ArrayList<>();
      for (double[] decays : new double[][] {{0.5}, {0.2}, {0.2, 0.5}, {0.5, 0.2}}) {
        try (var trainer =
            new Trainer(
                objective(unet, io.shape("in.step0.images")), config.withEmaDecay(decays))) {
          trainer.startFrom(start);
          for (int step = 0; step < 4; step++) {
            trainer.step(batch);
          }
          averages.add(trainer.averagedWeights());
          for (String key : start.names()) {
            if (key.startsWith("conv_in.") || key.endsWith("to_q.weight")) {
              assertThat(trainer.weights().read(key)).as(key).isEqualTo(start.read(key));
            }
          }
        }
      }
      String moved = "conv_out.weight";
      assertThat(averages.get(0).read(moved))
          .isEqualTo(averages.get(3).read(moved))
          .isNotEqualTo(averages.get(1).read(moved));
      assertThat(averages.get(1).read(moved)).isEqualTo(averages.get(2).read(moved));
    }
  }

  private static TrainingConfig config(
      JsonNode about, int rows, int accumulate, String engine, double clip) {
    var betas = about.get("betas");
    var optimizer =
        new Optimizer(
                Method.ADAMW,
                betas.get(0).asDouble(),
                betas.get(1).asDouble(),
                about.get("eps").asDouble(),
                about.get("weight_decay").asDouble())
            .withDecayed(Decayed.ALL);
    return new TrainingConfig(
        1000,
        rows,
        accumulate,
        about.get("lr").asDouble(),
        0,
        1,
        Fall.NONE,
        optimizer,
        clip,
        List.of(0.9999),
        EmaWarmup.POWER,
        KeyPatterns.NONE,
        Optional.empty(),
        TrainingConfig.Activations.KEPT,
        TrainingConfig.Shares.BY_THREAD,
        Optional.empty(),
        Compute.of(Precision.FLOAT32).withEngine(engine),
        1);
  }

  private static UnconditionalUnet unet(Path folder) throws IOException {
    return new UnconditionalUnet(
        new ObjectMapper().readTree(folder.resolve("config.json").toFile()));
  }

  private static TensorSource weights(Path folderOrFile) {
    try (var checkpoint = Checkpoint.open(folderOrFile)) {
      return new TensorMap().putAll("", checkpoint);
    }
  }

  private static Set<String> zeros(JsonNode about) {
    Set<String> zeros = new HashSet<>();
    about.path("zero_gradient").forEach(key -> zeros.add(key.asText()));
    return zeros;
  }

  /** The mean of the squares of prediction minus noise. */
  private static Objective objective(UnconditionalUnet unet, List<Integer> nchw) {
    long[] sample = {nchw.get(2), nchw.get(3), nchw.get(1)};
    return (nn, inputs) -> {
      var x = nn.input(inputs.floats("x", sample));
      var time = nn.input(inputs.floats("time", unet.timeChannels()));
      var noise = inputs.floats("noise", sample);
      var error = nn.subtract(nn.output(unet.forward(nn, x, time)), noise);
      return Objective.Loss.of(nn.mean(nn.map(Function.SQUARE, error), 0, 1, 2, 3));
    };
  }

  private static Batch batch(
      GoldenTensors io, String prefix, UnconditionalUnet unet, int from, int rows) {
    NoiseSchedule schedule = Schedules.diffusers().named("linear").apply(1000);
    int[] timesteps = io.ints(prefix + "timesteps");
    float[] images = io.image(prefix + "images");
    float[] noise = io.image(prefix + "noise");
    int size = images.length / timesteps.length;
    float[] x = new float[rows * size];
    float[] z = new float[rows * size];
    float[] time = new float[rows * unet.timeChannels()];
    for (int row = 0; row < rows; row++) {
      int t = timesteps[from + row];
      double alphaBar = schedule.alphaBar(t);
      for (int i = 0; i < size; i++) {
        int at = (from + row) * size + i;
        z[row * size + i] = noise[at];
        x[row * size + i] =
            (float) (Math.sqrt(alphaBar) * images[at] + Math.sqrt(1 - alphaBar) * noise[at]);
      }
      float[] embedding = TimeEmbedding.sinusoid(t, unet.timeChannels());
      System.arraycopy(embedding, 0, time, row * embedding.length, embedding.length);
    }
    return new Batch(rows).floats("x", x).floats("time", time).floats("noise", z);
  }

  private static void assertWeights(
      TensorSource actual, Path file, TrainingConfig config, int steps, Set<String> zero) {
    try (var expected = SafetensorsFile.open(file)) {
      for (String key : expected.names()) {
        double tolerance = config.learningRate() * (zero.contains(key) ? steps : WEIGHT);
        float[] values = expected.read(key);
        float[] got = actual.read(key);
        for (int i = 0; i < values.length; i++) {
          assertThat((double) got[i])
              .as("%s[%d] after %d steps", key, i, steps)
              .isCloseTo(values[i], within(tolerance));
        }
      }
    }
  }
}
