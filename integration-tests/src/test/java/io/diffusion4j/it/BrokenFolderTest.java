package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.unclip.UnclipModel;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A broken folder is refused with one message that lists all faults. */
@ExtendWith(TinyPipeline.Resolver.class)
class BrokenFolderTest {
  private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

  private final Path folder;

  BrokenFolderTest(TinyPipeline tiny, @TempDir Path folder) throws IOException {
    this.folder = folder;
    Folders.copy(tiny.folder(), folder);
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    assertThat(refusalOf(folder.resolve("nowhere")))
        .isEqualTo(
            folder.resolve("nowhere")
                + ": not the folder of a pipeline (expected: model_index.json)");
  }

  @Test
  void allMissingComponentsAreNamedAtOnce() throws IOException {
    Folders.delete(folder.resolve("prior"));
    Folders.delete(folder.resolve("super_res_last"));
    assertThat(refusal())
        .isEqualTo(
            folder
                + ": components are missing\n"
                + "  prior: no such folder\n"
                + "  super_res_last: no such folder");
  }

  @Test
  void whatIsWrongWithSeveralPartsIsToldAtOnce() throws IOException {
    edit(folder.resolve("text_encoder").resolve("config.json"), "num_hidden_layers", 2, 3);
    Files.delete(folder.resolve("decoder").resolve(WEIGHTS));
    assertThat(refusal())
        .startsWith(folder + ": 2 parts cannot be used\n")
        .contains(folder.resolve("text_encoder") + ": 16 tensors do not fit the network")
        .contains(folder.resolve("decoder") + ": no weights");
  }

  @Test
  void missingWeightsAreNamed() throws IOException {
    Files.delete(folder.resolve("decoder").resolve(WEIGHTS));
    assertThat(refusal())
        .startsWith(folder.resolve("decoder") + ": no weights (expected: one of " + WEIGHTS);
  }

  @Test
  void aTruncatedFileIsNamed() throws IOException {
    Path weights = folder.resolve("decoder").resolve(WEIGHTS);
    try (var file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      file.truncate(file.size() - 100);
    }
    assertThat(refusal()).startsWith(weights + ": ").endsWith("the file is truncated)");
  }

  @Test
  void anEmptyFileIsNamed() throws IOException {
    Path weights = folder.resolve("text_proj").resolve(WEIGHTS);
    Files.write(weights, new byte[0]);
    assertThat(refusal()).startsWith(weights + ": ");
  }

  @Test
  void aConfigThatIsCutOffIsNamed() throws IOException {
    Path config = folder.resolve("prior").resolve("config.json");
    Files.writeString(config, Files.readString(config).substring(0, 40));
    assertThat(refusal()).startsWith(config + ": ");
  }

  @Test
  void allTensorsThatDoNotFitAreNamedAtOnce() throws IOException {
    Path config = folder.resolve("prior").resolve("config.json");
    edit(config, "num_layers", 2, 1);
    edit(config, "num_embeddings", 24, 25);
    assertThat(refusal().lines())
        .first()
        .asString()
        .startsWith(folder.resolve("prior") + ": ")
        .endsWith(" tensors do not fit the network");
    assertThat(refusal())
        .contains("shape of positional_embedding: [1, 28, 32] (expected: [1, 29, 32])")
        .contains("unused: transformer_blocks.1.attn1.to_q.weight [32, 32]")
        .contains("unused: transformer_blocks.1.ff.net.2.bias [32]");
  }

  @Test
  void missingTensorsAreNamedAtOnce() throws IOException {
    edit(folder.resolve("text_encoder").resolve("config.json"), "num_hidden_layers", 2, 3);
    assertThat(refusal())
        .startsWith(folder.resolve("text_encoder") + ": 16 tensors do not fit the network")
        .contains("missing: text_model.encoder.layers.2.mlp.fc1.weight [128, 32]")
        .contains("missing: text_model.encoder.layers.2.self_attn.q_proj.bias [32]");
  }

  @Test
  void aTokenizerOfFewerTokensIsRefused() throws IOException {
    edit(folder.resolve("tokenizer").resolve("tokenizer_config.json"), "model_max_length", 24, 23);
    assertThat(refusal())
        .isEqualTo(
            folder
                + ": the parts do not fit: max_position_embeddings: 24 (expected: ≤ the"
                + " tokenizer's 23)");
  }

  @Test
  void aFolderThatWasRefusedCanBeRepairedAndLoaded(TinyPipeline tiny) throws IOException {
    Path broken = folder.resolve("super_res_last").resolve(WEIGHTS);
    Files.write(broken, new byte[0]);
    assertThat(refusal()).startsWith(broken.toString());
    Files.write(
        broken, Files.readAllBytes(tiny.folder().resolve("super_res_last").resolve(WEIGHTS)));
    try (var model = UnclipModel.load(folder, Compute.of(Precision.FLOAT32))) {
      assertThat(model.imageSize()).isEqualTo(TinyPipeline.IMAGE_SIZE);
    }
  }

  private String refusal() {
    return refusalOf(folder);
  }

  private static String refusalOf(Path folder) {
    var refusal =
        catchThrowableOfType(
            CheckpointException.class,
            () -> UnclipModel.load(folder, Compute.of(Precision.FLOAT32)).close());
    return String.valueOf(refusal.getMessage());
  }

  private static void edit(Path config, String field, int from, int to) throws IOException {
    String text = Files.readString(config);
    String edited =
        text.replaceAll("(\"%s\" ?: )%d,".formatted(field, from), "$1%d,".formatted(to));
    assertThat(edited).as("%s of %s", field, config).isNotEqualTo(text);
    Files.writeString(config, edited);
  }
}
