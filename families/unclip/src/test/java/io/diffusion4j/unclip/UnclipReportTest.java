package io.diffusion4j.unclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.ComponentReport;
import io.diffusion4j.pipeline.FolderReport;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a folder holds and what is wrong with it, whether it can be loaded or not. */
class UnclipReportTest {
  private PublishedFolder folder;

  @BeforeEach
  void copy(@TempDir Path temporary) throws IOException {
    folder = PublishedFolder.copyTo(temporary);
  }

  private static ComponentReport component(FolderReport report, String name) {
    return report.components().stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private List<String> messages() {
    return UnclipFolder.report(folder.path()).allFailures().stream()
        .map(Throwable::getMessage)
        .toList();
  }

  @Test
  void aFolderOfDiffusersIsSound() {
    var report = UnclipFolder.report(PublishedFolder.shipped());
    assertThat(report.allFailures()).isEmpty();
    assertThat(report.isSound()).isTrue();
    assertThat(report.components())
        .extracting(ComponentReport::name)
        .containsExactlyInAnyOrder(
            "decoder",
            "decoder_scheduler",
            "image_encoder",
            "prior",
            "prior_scheduler",
            "super_res_first",
            "super_res_last",
            "super_res_scheduler",
            "text_encoder",
            "text_proj",
            "tokenizer");
    var projection = component(report, "text_proj");
    // 32 + 2·(32·32 + 32) + (160·32 + 160) + (40·32 + 40) + 2·40
    assertThat(projection.parameters()).isEqualTo(Map.of(DType.F32, 8_824L));
    assertThat(projection.className()).isEqualTo("UnCLIPTextProjModel");
    assertThat(projection.bytes()).isEqualTo(36_384 + 186);
    assertThat(component(report, "image_encoder").className())
        .isEqualTo("CLIPVisionModelWithProjection");
    assertThat(report.parameterCount())
        .isEqualTo(report.components().stream().mapToLong(ComponentReport::parameterCount).sum())
        .isGreaterThan(200_000);
  }

  @Test
  void whatIsMissingUnusedAndMisshapenIsToldApart() {
    folder.rewrite(
        "decoder",
        name -> !name.equals("conv_in.bias") && !name.equals("conv_out.bias"),
        writer ->
            writer
                .floats("conv_out.bias", DType.F16, new long[] {5}, () -> new float[5])
                .floats("left.over", DType.F16, new long[] {2, 3}, () -> new float[6]));
    var decoder = component(UnclipFolder.report(folder.path()), "decoder");
    assertThat(decoder.isSound()).isFalse();
    assertThat(decoder.failures()).isEmpty();
    assertThat(decoder.differences().missing()).containsExactly("conv_in.bias [8]");
    assertThat(decoder.differences().unused()).containsExactly("left.over [2, 3]");
    assertThat(decoder.differences().misshaped())
        .containsExactly("conv_out.bias: [5] (expected: [6])");
    assertThat(decoder.parameters()).containsEntry(DType.F16, 11L).containsKey(DType.F32);
  }

  @Test
  void aFolderThatIsHardlyThereIsStillReportedOn() throws IOException {
    folder
        .delete("model_index.json")
        .delete("tokenizer")
        .delete("prior/config.json")
        .delete("prior_scheduler/scheduler_config.json");
    Files.write(folder.weights("text_proj"), new byte[3]);
    var report = UnclipFolder.report(folder.path());
    assertThat(report.isSound()).isFalse();
    assertThat(messages())
        .anySatisfy(m -> assertThat(m).contains("not the folder of a pipeline"))
        .anySatisfy(
            m -> assertThat(m).isEqualTo(folder.path().resolve("tokenizer") + ": no such folder"))
        .anySatisfy(
            m ->
                assertThat(m)
                    .isEqualTo(folder.path().resolve("prior/config.json") + ": no such file"))
        .anySatisfy(m -> assertThat(m).contains("scheduler_config.json: no such file"))
        .anySatisfy(m -> assertThat(m).startsWith(folder.weights("text_proj") + ": size: 3 bytes"))
        .hasSize(5);
    assertThat(component(report, "decoder").isSound()).isTrue();
    assertThat(component(report, "prior").parameterCount()).isPositive();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          decoder | "only_cross_attention": false | "only_cross_attention": true | only_cross_attention: true (expected: false)
          decoder | "act_fn": "silu" | "act_fn": "gelu" | act_fn: "gelu" (expected: silu)
          decoder | "class_embed_type": "identity" | "class_embed_type": "timestep" | class_embed_type: "timestep" (expected: identity)
          decoder | "norm_num_groups": 4 | "norm_num_groups": 5 | block_out_channels: 8 (expected: a multiple of 5)
          decoder | "norm_num_groups": 4 | "norm_num_groups": 0 | norm_num_groups: 0 (expected: ≥ 1)
          decoder | "attention_head_dim": 8 | "attention_head_dim": 0 | attention_head_dim: 0 (expected: ≥ 1)
          decoder | "in_channels": 3 | "in_channels": 4 | in_channels: 4 (expected: 3 or 7)
          decoder | "out_channels": 6 | "out_channels": 8 | out_channels: 8 (expected: 3 or 6)
          decoder | "freq_shift": 0 | "new_field": 0 | unknown fields: new_field
          super_res_first | "time_embedding_type": "positional" | "time_embedding_type": "fourier" | time_embedding_type: "fourier" (expected: positional)
          super_res_first | "in_channels": 6 | "in_channels": 3 | in_channels: 3 (expected: 6)
          super_res_last | "sample_size": 32 | "sample_size": 33 | sample_size: 33 (expected: a multiple of 2)
          prior | "added_emb_type": "prd" | "added_emb_type": "dot" | added_emb_type: "dot" (expected: prd)
          prior | "num_layers": 2 | "num_layers": "2" | num_layers: "2" (expected: an integer)
          text_encoder | "hidden_act": "quick_gelu" | "hidden_act": "relu" | hidden_act: "relu" (expected: one of quick_gelu, gelu)
          image_encoder | "num_channels": 3 | "num_channels": 1 | num_channels: 1 (expected: 3)
          text_proj | "UnCLIPTextProjModel" | "Other" | _class_name: Other (expected: UnCLIPTextProjModel)
          """)
  void aSettingThatWeCannotDoIsToldWithItsFieldItsValueAndWhatWeCan(
      String component, String from, String to, String message) throws IOException {
    String config = component + "/config.json";
    folder.replace(config, from, to);
    assertThat(messages()).containsExactly(folder.path().resolve(config) + ": " + message);
    assertThatThrownBy(() -> UnclipModel.load(folder.path(), Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(folder.path().resolve(config) + ": " + message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]} | 12 | tensors must not overlap
          "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]} | 4 | the file is truncated
          "a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]} | 12 | tensors must not leave holes
          "a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]} | 16 | Duplicate field 'a'
          "a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]} | 8 | shape of a
          """)
  void aHeaderThatLiesIsRefused(String entries, int dataBytes, String message) throws IOException {
    byte[] json = ("{" + entries + "}").getBytes(StandardCharsets.UTF_8);
    var bytes =
        ByteBuffer.allocate(8 + json.length + dataBytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(json.length)
            .put(json);
    Files.write(folder.weights("text_proj"), bytes.array());
    assertRefused(folder.weights("text_proj"), message);
  }

  @ParameterizedTest
  @CsvSource({"-1", "9223372036854775807", "100000001", "99999999"})
  void aHeaderOfAbsurdLengthIsRefused(long length) throws IOException {
    var bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Files.write(folder.weights("decoder"), bytes.array());
    assertRefused(folder.weights("decoder"), "header length: " + Long.toUnsignedString(length));
  }

  @ParameterizedTest
  @CsvSource({
    "../prior/diffusion_pytorch_model.safetensors",
    "/etc/passwd",
    "..",
    "sub/file.safetensors"
  })
  void anIndexThatLeavesItsFolderIsRefused(String shard) throws IOException {
    Files.delete(folder.weights("decoder"));
    Path index = folder.path().resolve("decoder/diffusion_pytorch_model.safetensors.index.json");
    Files.writeString(
        index, "{\"metadata\": {}, \"weight_map\": {\"conv_in.bias\": \"" + shard + "\"}}");
    assertRefused(index, "weight_map.conv_in.bias: \"" + shard + "\" (expected: a file beside it)");
  }

  private void assertRefused(Path file, String message) {
    assertThat(messages()).singleElement().asString().startsWith(file.toString()).contains(message);
    for (Residency residency : Residency.values()) {
      assertThatThrownBy(
              () -> UnclipModel.load(folder.path(), Compute.of(Precision.FLOAT32), residency))
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(file.toString())
          .hasMessageContaining(message);
      assertThatThrownBy(() -> new UnclipFamily().open(folder.path(), OpenOptions.with(residency)))
          .as("where the number format is to be found out")
          .isInstanceOf(CheckpointException.class)
          .hasMessageStartingWith(file.toString())
          .hasMessageContaining(message);
    }
  }

  @Test
  void partsThatDoNotFitEachOtherAreToldByName() throws IOException {
    folder.replace("text_proj/config.json", "\"time_embed_dim\": 32", "\"time_embed_dim\": 16");
    folder.rewrite(
        "text_proj",
        name -> !name.matches("(embedding_proj|clip_image_embeddings_project).*"),
        writer -> {
          for (String layer :
              List.of("embedding_proj", "clip_image_embeddings_project_to_time_embeddings")) {
            writer
                .floats(layer + ".weight", DType.F32, new long[] {16, 32}, () -> new float[512])
                .floats(layer + ".bias", DType.F32, new long[] {16}, () -> new float[16]);
          }
        });
    assertThat(messages())
        .containsExactly(
            folder.path() + ": the parts do not fit: time_embed_dim: 16 (expected: 32)");
  }
}
