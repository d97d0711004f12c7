package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenRoots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights of others are listed and rewritten. */
final class WeightsTest {
  private static final GoldenCase TORCH =
      GoldenRoots.shipped().cases(GoldenKind.TORCH_FILES).get(0);

  private static final GoldenCase UNCLIP =
      GoldenRoots.shipped().cases(GoldenKind.UNCLIP_PIPELINE).get(0);

  @TempDir private Path folder = Path.of("");

  @Test
  void torchFilesBecomeSafetensorsWithTheSameBytes() {
    Run run =
        Run.of("convert", TORCH.file("views-zip.pt").toString(), "--output", folder.toString());
    assertThat(run.err()).isEmpty();
    assertThat(run.out()).startsWith(folder.resolve("model.safetensors") + ": ");
    try (var written = Checkpoint.open(folder);
        var twin = Checkpoint.open(TORCH.file("views.safetensors"))) {
      assertThat(written.names()).hasSameElementsAs(twin.names());
      for (String name : twin.names()) {
        assertThat(written.raw(name)).isEqualTo(twin.raw(name));
      }
    }
  }

  @Test
  void severalFilesGoTogetherInTheTypeThatIsAskedFor() {
    Run run =
        Run.of(
            "convert",
            TORCH.file("pytorch_model-00001-of-00002.bin").toString(),
            TORCH.file("pytorch_model-00002-of-00002.bin").toString(),
            "--dtype",
            "bf16",
            "-o",
            folder.toString());
    assertThat(run.status()).as(run.err()).isZero();
    try (var written = Checkpoint.open(folder);
        var twin = Checkpoint.open(TORCH.file("plain.safetensors"))) {
      assertThat(written.names()).hasSameElementsAs(twin.names());
      assertThat(written.names())
          .allMatch(
              name ->
                  written.info(name).dtype() == DType.BF16 || !twin.info(name).dtype().isFloat());
    }
    Run twice =
        Run.of(
            "convert",
            TORCH.file("plain-zip.pt").toString(),
            TORCH.file("plain-dict.pt").toString(),
            "-o",
            folder.toString());
    assertThat(twice.status()).isEqualTo(2);
    assertThat(twice.err()).contains("(expected: not added before)");
  }

  @Test
  void aSingleFileBecomesAFolderAndAFolderASingleFile() {
    GoldenCase golden = GoldenRoots.shipped().cases(GoldenKind.LATENT_SINGLE_FILE).get(0);
    Path model = golden.folder().resolve(golden.json().get("equals").asText()).normalize();
    Path made = folder.resolve("made");
    Run run =
        Run.of(
            "convert",
            golden.file("model.safetensors").toString(),
            "--as",
            "stable-diffusion",
            "--tokenizer",
            model.resolve("tokenizer").toString(),
            "--settings",
            model.toString(),
            "--output",
            made.toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(Run.of("inspect", made.toString()).out()).contains("unet", "vae", "text_encoder");
    Path file = folder.resolve("back.safetensors");
    Run back =
        Run.of(
            "convert",
            made.toString(),
            "--as",
            "stable-diffusion-file",
            "--output",
            file.toString());
    assertThat(back.status()).as(back.err()).isZero();
    assertThat(file).isRegularFile();
    Run without = Run.of("convert", file.toString(), "--predicts", "v", "-o", made.toString());
    assertThat(without.status()).isEqualTo(2);
    assertThat(without.err()).contains("predicts: V (expected: none without --as stable-diffusion");
  }

  /** The option decides what a network predicts, then the .yaml beside its file, then settings. */
  @ParameterizedTest
  @CsvSource({
    "'', '', epsilon",
    "'', v, v_prediction",
    "v, '', v_prediction",
    "v, eps, epsilon",
    "eps, '', epsilon",
    "eps, v, v_prediction"
  })
  void aSingleFilePredictsWhatTheSettingsBesideItState(
      String beside, String option, String expected) throws IOException {
    GoldenCase golden =
        GoldenRoots.shipped().cases(GoldenKind.LATENT_SINGLE_FILE).stream()
            .filter(it -> it.folder().endsWith("sd1"))
            .findFirst()
            .orElseThrow();
    Path model = golden.folder().resolve(golden.json().get("equals").asText()).normalize();
    Path file = folder.resolve("model.safetensors");
    Files.createSymbolicLink(file, golden.file("model.safetensors"));
    if (!beside.isEmpty()) {
      Files.writeString(
          folder.resolve("model.yaml"),
          "model:\n  params:\n" + (beside.equals("v") ? "    parameterization: \"v\"\n" : ""));
    }
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "convert",
                file.toString(),
                "--as",
                "stable-diffusion",
                "--tokenizer",
                model.resolve("tokenizer").toString(),
                "--settings",
                model.toString(),
                "--output",
                folder.resolve("made").toString()));
    if (!option.isEmpty()) {
      arguments.addAll(List.of("--predicts", option));
    }
    Run run = Run.of(arguments.toArray(String[]::new));
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(folder.resolve("made/scheduler/scheduler_config.json"))
        .content()
        .containsPattern("\"prediction_type\"\\s*:\\s*\"" + expected + "\"");
  }

  @Test
  void networksAreExportedInPartsAndWithTheirWeightsInASecondFile() throws IOException {
    Run run =
        Run.of(
            "export",
            "--model",
            UNCLIP.folder().toString(),
            "--onnx",
            folder.toString(),
            "--precision",
            "f16",
            "--part",
            "prior",
            "--part",
            "decoder",
            "--external-data-above",
            "0");
    assertThat(run.status()).as(run.err()).isZero();
    Path decoder = folder.resolve("decoder.onnx");
    assertThat(folder)
        .isDirectoryContaining(file -> file.equals(decoder))
        .isDirectoryNotContaining("glob:**/text_*");
    List<String> files =
        run.out().lines().map(line -> line.substring(0, line.lastIndexOf(": "))).toList();
    assertThat(files).hasSize(4);
    assertThat(files.get(0)).isEqualTo(folder.resolve("prior.onnx").toString());
    assertThat(files.get(1)).matches(".*/prior\\.onnx\\.[0-9a-f]{16}\\.data");
    assertThat(files.get(2)).isEqualTo(decoder.toString());
    String model = Files.readString(decoder, StandardCharsets.ISO_8859_1);
    assertThat(model)
        .contains("timestep", "encoder_hidden_states", "out_sample")
        .contains(String.valueOf(Path.of(files.get(3)).getFileName()))
        .contains("family", "unCLIP", "FLOAT16");
  }

  @Test
  void aNetworkThatTheModelLacksIsRefusedWithThoseItHas() {
    Run run =
        Run.of(
            "export",
            "--model",
            UNCLIP.folder().toString(),
            "--onnx",
            folder.toString(),
            "--part",
            "unet");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "error: part: unet (expected: one of text_encoder, image_encoder, prior, text_proj,"
                + " decoder, super_res_first, super_res_last)"
                + System.lineSeparator());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void inspectListsTensorsStridesAndWhatWasOpaque() {
    Run run = Run.of("inspect", TORCH.file("lightning.ckpt").toString());
    assertThat(run.status()).as(run.err()).isZero();
    assertThat(run.out()).contains("torch.from: state_dict").contains("torch.opaque: ");
    Run strided = Run.of("inspect", TORCH.file("views-zip.pt").toString());
    assertThat(strided.out()).contains(" strides [");
    assertThat(Run.of("inspect", TORCH.file("views-zip.pt").toString(), "--json").out())
        .contains("\"strides\" : [");
    GoldenCase hostile = GoldenRoots.shipped().cases(GoldenKind.HOSTILE_TORCH_FILES).get(0);
    Run refused = Run.of("inspect", hostile.file("bare-pickle-evil.pt").toString());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err()).startsWith("error: ").hasLineCount(1);
  }

  @Test
  void aModelThatWasNotPulledIsAskedFor() {
    Run run = Run.of("generate", "a cat", "--model", "no-such-org/no-such-model@v1");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .startsWith(
            "error: model: no-such-org/no-such-model@v1 (expected: a folder, or a published model;"
                + " pull it first: no-such-org/no-such-model@v1: not in the cache ")
        .hasLineCount(1);
    Run bad = Run.of("pull", "a--b/c");
    assertThat(bad.status()).isEqualTo(2);
    assertThat(bad.err()).hasLineCount(1).contains("model: a--b/c (expected: org/name of the Hub)");
    assertThat(Files.exists(folder.resolve("model.safetensors"))).isFalse();
  }
}
