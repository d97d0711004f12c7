package io.diffusion4j.clip;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.engine.Threads;
import io.diffusion4j.nn.train.Trainer;
import io.diffusion4j.nn.train.TrainingConfig;
import io.diffusion4j.nn.train.group.Group;
import io.diffusion4j.nn.train.group.Members;
import io.diffusion4j.onednn.OneDnnEngine;
import io.diffusion4j.tf.testing.Probe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The loss and its gradients are those of OpenAI's CLIP. */
class ContrastiveObjectiveTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir Path folder = Path.of("");

  private ContrastiveObjective openAi(GoldenCase golden) throws IOException {
    var network = ClipNetworkTest.openAi(golden, folder);
    return new ContrastiveObjective(network.text(), network.vision());
  }

  /** A model of open_clip with vision transformer, from its configuration. */
  private static ContrastiveObjective openClip(Path config) throws IOException {
    var model = new ObjectMapper().readTree(config.toFile()).get("model_cfg");
    var text = model.get("text_cfg");
    var vision = model.get("vision_cfg");
    var activation = model.path("quick_gelu").asBoolean() ? Activation.QUICK_GELU : Activation.GELU;
    int width = text.get("width").asInt();
    int visionWidth = vision.get("width").asInt();
    int dim = model.get("embed_dim").asInt();
    return new ContrastiveObjective(
        new ClipTextNetwork(
            new Transformer(
                width,
                4 * width,
                text.get("layers").asInt(),
                text.get("heads").asInt(),
                activation,
                1e-5),
            text.get("vocab_size").asInt(),
            text.get("context_length").asInt(),
            dim),
        new ClipVisionNetwork(
            new Transformer(
                visionWidth,
                4 * visionWidth,
                vision.get("layers").asInt(),
                visionWidth / vision.get("head_width").asInt(),
                activation,
                1e-5),
            vision.get("image_size").asInt(),
            vision.get("patch_size").asInt(),
            dim));
  }

  private static Probe probe(ContrastiveObjective objective, Map<String, float[]> weights) {
    return new Probe(
        (nn, inputs) -> objective.define(nn, inputs).value(),
        parameter -> {
          float[] values = Objects.requireNonNull(weights.get(parameter.key()), parameter.key());
          assertThat(values).as(parameter.key()).hasSize(parameter.size());
          return values;
        });
  }

  static Batch batch(GoldenTensors io) {
    int rows = io.size("in.input_ids", 0);
    int length = io.size("in.input_ids", 1);
    int[] ids = io.ints("in.input_ids");
    float[] end = new float[ids.length];
    for (int row = 0; row < rows; row++) {
      int last = row * length; // the largest id ends a text
      for (int i = row * length; i < (row + 1) * length; i++) {
        last = ids[i] > ids[last] ? i : last;
      }
      end[last] = 1;
    }
    return new Batch(rows)
        .ints(ClipTextNetwork.IDS, ids)
        .floats(ClipTextNetwork.END, end)
        .floats(ClipVisionNetwork.PIXELS, io.image("in.pixel_values"));
  }

  @GoldenTest(GoldenKind.OPENAI_CLIP)
  void theLossIsOpenAisWithin1e5(GoldenCase golden) throws IOException {
    try (var probe = probe(openAi(golden), weights(golden))) {
      assertClose(probe.output(batch(golden.io())), golden.io().floats("out.loss"), TOLERANCE);
    }
  }

  @GoldenTest(GoldenKind.OPENAI_CLIP)
  void theGradientsAreOpenAisWithin1e4(GoldenCase golden) throws IOException {
    var objective = openAi(golden);
    try (var probe = probe(objective, weights(golden))) {
      assertGradients(probe, objective, golden.io(), tensors(golden.io(), "grad."));
    }
  }

  /** All rows in one process, of the cases with several processes or several micro-batches. */
  @GoldenTest(GoldenKind.OPEN_CLIP_GRADIENTS)
  void theLossAndItsGradientsAreOpenClips(GoldenCase golden) throws IOException {
    String model = golden.json().path("model").asText(".");
    var weights = weights(golden.file(model + "/open_clip_model.safetensors"));
    GoldenTensors io = golden.io();
    var objective = openClip(golden.file(model + "/open_clip_config.json"));
    try (var probe = probe(objective, weights)) {
      String loss = io.has("out.union.loss") ? "out.union.loss" : "out.loss";
      assertClose(probe.output(batch(io)), io.floats(loss), TOLERANCE);
      assertGradients(
          probe, objective, io, tensors(GoldenTensors.read(golden.file("union.safetensors")), ""));
    }
  }

  /** Each process has half of the pairs, and the loss is of all of them. */
  @GoldenTest(GoldenKind.OPEN_CLIP_GRADIENTS)
  void twoProcessesTrainOnTheUnionOfTheirPairs(GoldenCase golden) throws IOException {
    assumeThat(new OneDnnEngine().unavailable(Precision.FLOAT32)).isEmpty();
    String model = golden.json().path("model").asText(".");
    var weights = weights(golden.file(model + "/open_clip_model.safetensors"));
    GoldenTensors io = golden.io();
    var objective = openClip(golden.file(model + "/open_clip_config.json"));
    var settings = TrainingConfig.of(9, batch(io).rows(), 1e-3, 1);
    Function<Group, Trained> training =
        group -> {
          var threads = Threads.of(2 / group.size());
          var config = settings.withCompute(Compute.of(Precision.FLOAT32).withThreads(threads));
          try (var trainer = new Trainer(objective, config, group)) {
            var start = new TensorMap();
            var initial = trainer.weights();
            initial
                .names()
                .forEach(
                    name ->
                        start.put(
                            name,
                            initial.shape(name),
                            Objects.requireNonNull(weights.get(name), name)));
            trainer.startFrom(start);
            var report = trainer.step(batch(io));
            trainer.step(batch(io));
            return new Trained(report, trainer.weights());
          }
        };
    double squares = 0;
    for (float[] gradient :
        tensors(GoldenTensors.read(golden.file("union.safetensors")), "").values()) {
      for (float g : gradient) {
        squares += (double) g * g;
      }
    }
    var two = Members.run(2, training);
    assertClose(
        new float[] {(float) two.get(0).report.loss()},
        io.floats(io.has("out.union.loss") ? "out.union.loss" : "out.loss"),
        TOLERANCE);
    assertThat(two.get(1).report.gradientNorm())
        .isCloseTo(Math.sqrt(squares), within(1e-4 * Math.sqrt(squares)));
    var alone = training.apply(Group.alone());
    for (String name : alone.weights.names()) {
      assertThat(two.get(1).weights.read(name)).isEqualTo(two.get(0).weights.read(name));
      assertThat(two.get(0).weights.read(name)).as(name).isEqualTo(alone.weights.read(name));
    }
  }

  private record Trained(Trainer.Report report, TensorSource weights) {}

  private static void assertGradients(
      Probe probe,
      ContrastiveObjective objective,
      GoldenTensors io,
      Map<String, float[]> expected) {
    var gradients = new TensorMap();
    var shapes = Manifest.of(objective.network()).shapes();
    probe
        .gradients(batch(io), new float[] {1})
        .forEach(
            (key, gradient) ->
                gradients.put(key, Objects.requireNonNull(shapes.get(key), key), gradient));
    var actual = OpenAiNames.toOpenAi(gradients);
    assertThat(expected).isNotEmpty();
    expected.forEach((key, gradient) -> assertClose(actual.read(key), gradient, 1e-4));
  }

  private static GoldenCase shipped() {
    return GoldenRoots.shipped().cases(GoldenKind.OPENAI_CLIP).get(0);
  }

  @Test
  void aTemperatureAtItsLimitIsHeldThere() throws IOException {
    var golden = shipped();
    var weights = weights(golden);
    weights.put(ContrastiveLoss.LOGIT_SCALE, new float[] {(float) Math.log(100)});
    double atLimit;
    try (var probe = probe(openAi(golden), weights)) {
      atLimit = probe.output(batch(golden.io()))[0];
      probe.values(ContrastiveLoss.LOGIT_SCALE)[0] = 9;
      assertThat((double) probe.output(batch(golden.io()))[0]).isCloseTo(atLimit, within(1e-6));
      assertThat(probe.gradients(batch(golden.io()), new float[] {1}).get("logit_scale"))
          .containsExactly(0);
    }
  }

  @Test
  void towersOfDifferentEmbeddingsAreRefused() throws IOException {
    var network = openAi(shipped()).network();
    var text = network.text();
    assertThatThrownBy(
            () ->
                new ContrastiveObjective(
                    new ClipTextNetwork(text.transformer(), 100, text.positions(), 8),
                    network.vision()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("projection_dim: 24 (expected: the text tower's 8)");
  }

  private static Map<String, float[]> weights(GoldenCase golden) {
    return weights(golden.file("model.safetensors"));
  }

  /** The tensors of a file with OpenAI's names, under ours. */
  private static Map<String, float[]> weights(Path file) {
    Map<String, float[]> values = new HashMap<>();
    try (var checkpoint = Checkpoint.open(file)) {
      var weights = OpenAiClip.weights(checkpoint);
      weights.names().forEach(name -> values.put(name, weights.read(name)));
    }
    return values;
  }

  /** The tensors that begin with a prefix, without it. */
  private static Map<String, float[]> tensors(GoldenTensors tensors, String prefix) {
    Map<String, float[]> values = new HashMap<>();
    tensors.names().stream()
        .filter(name -> name.startsWith(prefix))
        .forEach(name -> values.put(name.substring(prefix.length()), tensors.floats(name)));
    return values;
  }
}
