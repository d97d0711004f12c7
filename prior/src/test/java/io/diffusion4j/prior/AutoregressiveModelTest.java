package io.diffusion4j.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.data.CaptionedImages;
import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.ImageEmbedder;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoder;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoregressiveModelTest {
  private static final AutoregressiveConfig CONFIG =
      new AutoregressiveConfig(2, 16, 2, 16, 6, 7, 8, 4);

  private static final List<float[]> IMAGES =
      IntStream.range(0, 200).mapToObj(i -> vector(16, i)).toList();
  private static final EmbeddingCodes CODES = EmbeddingCodes.of(IMAGES, 7, 8);
  private static final DotBuckets DOTS = new DotBuckets(new float[] {-1, 0, 1});

  @SuppressWarnings("NullAway.Init") // before all tests
  private static Path folder;

  @BeforeAll
  static void write(@TempDir Path temporary) throws IOException {
    folder = temporary.resolve("prior_ar");
    write(folder, CODES);
  }

  private static void write(Path into, EmbeddingCodes codes) throws IOException {
    Files.createDirectories(into);
    var weights = RandomWeights.of(new AutoregressiveTransformer(CONFIG), 5);
    AutoregressiveModel.write(into, CONFIG, weights, codes, DOTS, Map.of());
  }

  private static float[] vector(int size, int seed) {
    var random = new Random(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static TextEncoding text(int seed) {
    boolean[] mask = {true, true, true, seed % 2 == 0, false, false};
    return new TextEncoding(vector(6 * 16, seed), mask, vector(16, -seed));
  }

  private static float[] logits(AutoregressiveModel model, int[] codes, int code) {
    return model
        .predictor()
        .predict(List.of(new CodePredictor.Query(text(3), 2, codes)), code)
        .get(0);
  }

  @Test
  void aCodeSeesThoseBeforeItAndNoOthers() {
    try (var model = AutoregressiveModel.load(folder, Compute.of(Precision.FLOAT32))) {
      int[] codes = {1, 2, 3, 4, 5, 6, 7};
      for (int code = 0; code < CONFIG.components(); code++) {
        float[] before = logits(model, codes, code);
        for (int other = 0; other < CONFIG.components(); other++) {
          int[] changed = codes.clone();
          changed[other] = 0;
          float[] after = logits(model, changed, code);
          if (other < code) {
            assertThat(after).as(code + " sees " + other).isNotEqualTo(before);
          } else {
            assertThat(after).as(code + " does not see " + other).containsExactly(before);
          }
        }
      }
    }
  }

  @Test
  void paddingOfTheTextIsNotSeen() {
    try (var model = AutoregressiveModel.load(folder, Compute.of(Precision.FLOAT32))) {
      var text = text(3);
      float[] hidden = text.hidden().clone();
      Arrays.fill(hidden, 4 * 16, 6 * 16, 9f);
      var other = new TextEncoding(hidden, text.mask(), text.embedding());
      int[] codes = new int[7];
      var queries =
          List.of(
              new CodePredictor.Query(text, 2, codes), new CodePredictor.Query(other, 2, codes));
      List<float[]> answers = model.predictor().predict(queries, 6);
      assertThat(answers.get(1)).containsExactly(answers.get(0));
    }
  }

  @Test
  void anEmbeddingIsTheSameToTheBitInAnyCompany() {
    for (Precision precision : Precision.values()) {
      try (var model = AutoregressiveModel.load(folder, Compute.of(precision))) {
        var prior = new AutoregressivePrior(model.predictor(), model.codes(), 4, 1);
        var settings = new SamplingSettings(new DdimSampler(0), 1, 2.0);
        List<Draw<Prompt>> draws =
            IntStream.range(0, 37)
                .mapToObj(i -> new Draw<>(new Prompt(text(i), text(99)), new PhiloxNoise(i, 0)))
                .toList();
        List<float[]> together = prior.sample(draws, settings, SamplingListener.NONE);
        assertThat(together.stream().map(Arrays::toString).distinct()).hasSize(37);
        for (int from = 0; from < draws.size(); from += 5) {
          int to = Math.min(draws.size(), from + 1 + from % 4);
          List<float[]> some =
              prior.sample(draws.subList(from, to), settings, SamplingListener.NONE);
          for (int i = from; i < to; i++) {
            assertThat(some.get(i - from))
                .as(precision + ", " + i)
                .containsExactly(together.get(i));
          }
        }
      }
    }
  }

  @Test
  void aFolderIsReadAsItWasWritten() {
    try (var model = AutoregressiveModel.load(folder, Compute.of(Precision.FLOAT32))) {
      assertThat(model.config()).isEqualTo(CONFIG);
      assertThat(model.dots().edges()).containsExactly(DOTS.edges());
      float[] z = IMAGES.get(11);
      assertThat(model.codes().encode(z)).containsExactly(CODES.encode(z));
      assertThat(model.codes().decode(CODES.encode(z)))
          .containsExactly(CODES.decode(CODES.encode(z)));
    }
  }

  @Test
  void aDamagedFolderIsRefused(@TempDir Path other) throws IOException {
    write(other, CODES);
    Path config = other.resolve("config.json");
    String json = Files.readString(config);
    Files.writeString(config, json.replace("\"components\": 7", "\"components\": 6"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> AutoregressiveModel.load(other, Compute.of(Precision.FLOAT32)))
        .withMessageContaining("components.directions: 112 values (expected: 96)");
    Files.writeString(config, json.replace("\"dot_buckets\": 4", "\"dot_buckets\": 3"));
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> AutoregressiveModel.load(other, Compute.of(Precision.FLOAT32)))
        .withMessageContaining("dot_buckets: 3 (expected: even, ≥ 2)");
  }

  /** Six pictures of one value each, which are what their captions say. */
  @Test
  void trainingLearnsAFewPicturesByHeart(@TempDir Path trained) throws IOException {
    int pictures = 6;
    CaptionedImages data =
        index -> {
          float value = index % pictures;
          return new CaptionedImage(new Image(1, 1, new float[] {value, value, value}), "" + value);
        };
    ImageEncoder images = list -> list.stream().map(i -> IMAGES.get((int) i.pixels()[0])).toList();
    TextEncoder texts =
        list -> list.stream().map(s -> text(s.isEmpty() ? 50 : (int) Float.parseFloat(s))).toList();
    var pairs = new CaptionedEmbeddings(data, texts, ImageEmbedder.by(images), 0.1);
    var shape = new AutoregressiveConfig(2, 16, 2, 16, 6, 7, 8, 2);
    var dots = new DotBuckets(new float[] {-1e6f}); // all of them are in the upper half
    var batches = new AutoregressiveBatches(pairs, CODES, dots, 24, 3);
    var config = TrainingConfig.of(150, 24, 1e-2, 3).withCompute(Compute.of(Precision.FLOAT32));
    var objective = new AutoregressiveObjective(new AutoregressiveTransformer(shape));
    try (var trainer = new Trainer(objective, config)) {
      double first = trainer.step(batches.batch(0)).loss();
      assertThat(first).isBetween(1.8, 2.6); // ln 8 = 2.08
      double last = first;
      for (int step = 1; step < config.steps(); step++) {
        last = trainer.step(batches.batch(step)).loss();
      }
      assertThat(last).isLessThan(0.35); // a tenth of the captions are dropped
      AutoregressiveModel.write(trained, shape, trainer.averagedWeights(), CODES, dots, Map.of());
    }
    try (var model = AutoregressiveModel.load(trained, Compute.of(Precision.FLOAT32))) {
      var prior = new AutoregressivePrior(model.predictor(), model.codes(), 2, 0.3);
      List<Draw<Prompt>> draws = new ArrayList<>();
      for (int i = 0; i < pictures; i++) {
        draws.add(new Draw<>(new Prompt(text(i), text(50)), new PhiloxNoise(1, i)));
      }
      var settings = new SamplingSettings(new DdimSampler(0), 1, 2.0);
      List<float[]> drawn = prior.sample(draws, settings, SamplingListener.NONE);
      for (int i = 0; i < pictures; i++) {
        assertThat(CODES.encode(drawn.get(i)))
            .as("picture " + i)
            .isEqualTo(CODES.encode(IMAGES.get(i)));
      }
    }
  }
}
