package io.diffusion4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.ModelFolder.Component;
import io.diffusion4j.checkpoint.SchedulerConfig.Spacing;
import io.diffusion4j.diffusion.loss.VarianceType;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.golden.GoldenRoots;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
  private Path folder;

  @BeforeEach
  void useFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private ModelFolder open(String index) throws IOException {
    Files.writeString(folder.resolve("model_index.json"), index);
    return ModelFolder.open(folder);
  }

  @Test
  void aPipelineOfDiffusersIsRead() {
    var pipeline = ModelFolder.open(GoldenRoots.shipped().first("unclip-pipeline"));
    assertThat(pipeline.className()).isEqualTo("UnCLIPPipeline");
    assertThat(pipeline.components()).hasSize(10).doesNotContainKey("_diffusers_version");
    assertThat(pipeline.component("text_proj"))
        .isEqualTo(new Component("unclip", "UnCLIPTextProjModel"));
    pipeline.require("prior", "decoder", "text_proj", "text_encoder", "super_res_first");
    for (String network : List.of("prior", "decoder", "super_res_last", "text_encoder")) {
      pipeline.config(network).expectClass(pipeline.component(network).className());
    }
    assertThat(pipeline.config("image_encoder").intValue("patch_size")).isEqualTo(8);
    assertThat(pipeline.scheduler("prior_scheduler")).isEqualTo(SchedulerConfig.unclipPrior());
    assertThat(pipeline.scheduler("decoder_scheduler")).isEqualTo(SchedulerConfig.unclipDecoder());
    assertThat(pipeline.scheduler("super_res_scheduler"))
        .isEqualTo(SchedulerConfig.unclipUpsampler());
    try (var weights = pipeline.checkpoint("text_proj")) {
      assertThat(weights.names()).hasSize(11);
      assertThat(weights.info("clip_extra_context_tokens_proj.weight").shape())
          .containsExactly(160, 32);
      for (String name : weights.names()) {
        assertThat(weights.read(name))
            .hasSize((int) weights.info(name).size())
            .doesNotContain(Float.NaN);
      }
    }
  }

  @Test
  void whatIsMissingIsListed() throws IOException {
    var pipeline =
        open(
            """
            {"_class_name":"P","a":["l","A"],"b":["l","B"],"c":[null,null],
             "requires_safety_checker":false}\
            """);
    Files.createDirectory(folder.resolve("a"));
    Files.createDirectory(folder.resolve("c"));
    assertThat(pipeline.components()).containsOnlyKeys("a", "b");
    assertThat(pipeline.has("a")).isTrue();
    assertThat(pipeline.has("b")).isFalse();
    assertThat(pipeline.has("c")).isFalse();
    assertThat(pipeline.has("..")).isFalse();
    assertThat(pipeline.require("a").folder("a")).isEqualTo(folder.resolve("a"));
    assertThatThrownBy(() -> pipeline.require("a", "b", "c", "d"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder
                + ": components are missing\n"
                + "  b: no such folder\n"
                + "  component c: null (expected: [library, class])\n"
                + "  component: d (expected: one of a, b)");
    assertThatThrownBy(() -> pipeline.folder("b"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder.resolve("b") + ": no such folder");
    assertThatThrownBy(() -> pipeline.folder("d"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder + ": component: d (expected: one of a, b)");
    assertThatThrownBy(() -> pipeline.component("c"))
        .isInstanceOf(CheckpointException.class)
        .hasMessageEndingWith("component c: null (expected: [library, class])");
    assertThatThrownBy(() -> pipeline.config("a"))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder.resolve("a").resolve("config.json") + ": no such file");
    assertThatThrownBy(() -> pipeline.checkpoint("a")).isInstanceOf(CheckpointException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"_class_name\":1}",
        "{\"_class_name\":\"P\",\"a\":[\"l\"]}",
        "{\"_class_name\":\"P\",\"a\":[\"l\",null]}",
        "{\"_class_name\":\"P\",\"a\":[\"l\",\"A\",\"B\"]}",
        "{\"_class_name\":\"P\",\"../a\":[\"l\",\"A\"]}",
        "{\"_class_name\":\"P\",\"..\":[\"l\",\"A\"]}",
        "{\"_class_name\":\"P\",\"/a\":[\"l\",\"A\"]}",
        "{\"_class_name\":\"P\",\"a\":[\"l\",\"A\"],\"a\":[\"l\",\"A\"]}",
        "[]",
      })
  void anIndexThatIsNotOneIsRefused(String json) {
    assertThatThrownBy(() -> open(json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageStartingWith(folder.resolve("model_index.json") + ": not ");
  }

  @Test
  void aFolderWithoutAnIndexIsNoPipeline() {
    assertThatThrownBy(() -> ModelFolder.open(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder + ": not the folder of a pipeline (expected: model_index.json)");
  }

  @Test
  void whatIsWrittenComesBack() {
    var components =
        Map.of(
            "prior", new Component("diffusers", "PriorTransformer"),
            "prior_scheduler", new Component("diffusers", "UnCLIPScheduler"));
    Path target = folder.resolve("new");
    ModelFolder.write(target, "UnCLIPPipeline", components);
    var pipeline = ModelFolder.open(target).require("prior", "prior_scheduler");
    assertThat(pipeline.className()).isEqualTo("UnCLIPPipeline");
    assertThat(pipeline.components()).isEqualTo(components);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ModelFolder.write(target, "P", Map.of("../a", new Component("l", "A"))))
        .withMessage("component: ../a (expected: the name of a folder)");
  }

  @Test
  void schedulersComeBack() {
    Path file = folder.resolve("scheduler_config.json");
    for (var config :
        List.of(
            SchedulerConfig.unclipPrior(),
            SchedulerConfig.unclipDecoder(),
            SchedulerConfig.unclipUpsampler(),
            SchedulerConfig.unclip(10, VarianceType.LEARNED_RANGE, false, 2.5, Parameterization.X0),
            SchedulerConfig.unclipPrior().withParameterization(Parameterization.V),
            SchedulerConfig.unclipDecoder().withSpacing(Spacing.TRAILING))) {
      config.write(file);
      assertThat(SchedulerConfig.readUnclip(file)).isEqualTo(config);
    }
  }

  @Test
  void aSchedulerWithoutFieldsHasTheDefaults() throws IOException {
    Path file =
        Files.writeString(folder.resolve("s.json"), "{\"_class_name\":\"UnCLIPScheduler\"}");
    assertThat(SchedulerConfig.readUnclip(file)).isEqualTo(SchedulerConfig.unclipUpsampler());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"_class_name\":\"DDIMScheduler\" | _class_name: DDIMScheduler (expected:"
            + " UnCLIPScheduler)",
        "\"beta_schedule\":\"linear\" | beta_schedule: \"linear\" (expected: squaredcos_cap_v2)",
        "\"prediction_type\":\"flow_prediction\" | prediction_type: \"flow_prediction\""
            + " (expected: one of epsilon, sample, v_prediction)",
        "\"variance_type\":\"fixed\" | variance_type: \"fixed\""
            + " (expected: one of fixed_small_log, learned_range)",
        "\"num_train_timesteps\":0 | num_train_timesteps: 0 (expected: ≥ 1)",
        "\"num_train_timesteps\":1.5 | num_train_timesteps: 1.5 (expected: an integer)",
        "\"clip_sample_range\":0 | clip_sample_range: 0.0 (expected: > 0)",
        "\"clip_sample\":1 | clip_sample: 1 (expected: true or false)",
        "\"new_thing\":true | unknown fields: new_thing",
      })
  void aSchedulerThatWeCannotDoIsRefused(String field, String message) throws IOException {
    String json =
        field.contains("_class_name")
            ? "{" + field + "}"
            : "{\"_class_name\":\"UnCLIPScheduler\"," + field + "}";
    Path file = Files.writeString(folder.resolve("s.json"), json);
    assertThatThrownBy(() -> SchedulerConfig.readUnclip(file))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": " + message);
  }
}
