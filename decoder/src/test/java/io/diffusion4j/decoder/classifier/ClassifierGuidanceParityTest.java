package io.diffusion4j.decoder.classifier;

import io.diffusion4j.decoder.unet.AdmCondition;
import io.diffusion4j.decoder.unet.AdmModel;
import io.diffusion4j.diffusion.guidance.GradientGuidance;
import io.diffusion4j.diffusion.guidance.GradientGuidedDenoiser;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.Timesteps;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.DdpmSampler;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.tf.testing.GuidedTrace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** A classifier guides U-Nets as guided-diffusion's guides them, by the mean and by the score. */
class ClassifierGuidanceParityTest {
  private static final Compute COMPUTE = Compute.of(Precision.FLOAT32);

  @TempDir Path classifierFolder = Path.of("");
  @TempDir Path baseFolder = Path.of("");

  @GoldenTest(GoldenKind.CLASSIFIER_GUIDANCE)
  void everyStepIsGuidedDiffusions(GoldenCase golden) throws IOException {
    var json = golden.json();
    String judge = "../" + json.get("classifier").asText();
    copy(
        golden.file("../../classifier/" + Path.of(judge).getFileName()),
        ClassifierFolders.CLASS,
        classifierFolder);
    String base = json.get("base").asText();
    copy(golden.file("../../" + base.substring(0, base.indexOf(' '))), "UNetModel", baseFolder);
    int[] labels = json.get("y").isArray() ? ints(json.get("y")) : new int[0];
    boolean classes = json.get("class_cond").asBoolean();
    double scale = json.get("classifier_scale").asDouble();
    try (var model = AdmModel.load(baseFolder, Parameterization.EPS, COMPUTE);
        var classifier = ClassifierModel.load(classifierFolder, COMPUTE)) {
      var guided = GradientGuidedDenoiser.byStep(model.denoiser(), classifier);
      List<GradientGuidance<AdmCondition, Integer>> conditions = new ArrayList<>();
      for (int label : labels) {
        var condition = classes ? AdmCondition.ofClass(label) : AdmCondition.none();
        conditions.add(new GradientGuidance<>(condition, label, scale));
      }
      var plan =
          sampler(json.get("sampler").asText())
              .plan(new LinearSchedule(1000), timesteps(ints(json.get("timestep_map"))));
      var noise = GoldenTensors.read(golden.file("noise.safetensors"));
      new GuidedTrace(golden.io()::image, noise::image).assertFollows(guided, conditions, plan);
    }
  }

  static int[] ints(com.fasterxml.jackson.databind.JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  /** From the noisiest to the clean sample. */
  static Timesteps timesteps(int[] ascending) {
    int[] descending = new int[ascending.length];
    for (int i = 0; i < ascending.length; i++) {
      descending[i] = ascending[ascending.length - 1 - i];
    }
    return Timesteps.of(descending);
  }

  /** Such as {@code ddim_sample with condition_score, eta 0.6}. */
  private static Sampler sampler(String words) {
    int eta = words.indexOf("eta ");
    return eta < 0
        ? new DdpmSampler(VarianceType.LEARNED_RANGE)
        : new DdimSampler(Double.parseDouble(words.substring(eta + "eta ".length())));
  }

  private static void copy(Path from, String className, Path to) throws IOException {
    var json =
        (com.fasterxml.jackson.databind.node.ObjectNode)
            new com.fasterxml.jackson.databind.ObjectMapper()
                .readTree(from.resolve("case.json").toFile());
    var config =
        ((com.fasterxml.jackson.databind.node.ObjectNode) json.get("constructor"))
            .put("_class_name", className)
            .put("groups", json.get("groups").asInt());
    Files.copy(from.resolve("model.safetensors"), to.resolve("model.safetensors"));
    Files.writeString(to.resolve("config.json"), config.toString());
  }
}
