package io.diffusion4j.unclip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.Standardization;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipeline folders as we write and read them, beginning with one that diffusers wrote. */
class UnclipFolderTest {
  private static final Map<String, String> NOTES = Map.of("licence", "Apache-2.0");

  /** Once the weights are bfloat16, nothing changes any more. */
  @Test
  void whatIsReadAndWrittenAgainHasTheSameBytes(@TempDir Path temporary) throws IOException {
    Path first = temporary.resolve("first");
    Path second = temporary.resolve("second");
    rewrite(PublishedFolder.shipped(), first);
    rewrite(first, second);
    assertThat(contents(second)).isEqualTo(contents(first)).hasSizeGreaterThan(20);
  }

  @Test
  void aFolderThatWeWroteDrawsAPicture(@TempDir Path folder) throws IOException {
    rewrite(PublishedFolder.shipped(), folder);
    try (var model = UnclipModel.load(folder, Compute.of(Precision.BFLOAT16))) {
      var settings = new SamplingSettings(new DdimSampler(0), 2, 2);
      var stages = Drawing.stages(settings, settings, settings);
      var image =
          Drawing.of(model, ImageTask.of("a horse"), stages, PhiloxNoise.images(3, 1))
              .images()
              .get(0);
      assertThat(image.width()).isEqualTo(model.imageSize()).isEqualTo(32);
      assertThat(image.height()).isEqualTo(32);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"prior", "decoder", "text_proj", "super_res_last", "text_encoder"})
  void aPartWithoutItsWeightsIsRefusedByName(String part, @TempDir Path folder) throws IOException {
    rewrite(PublishedFolder.shipped(), folder);
    Files.delete(weights(folder.resolve(part)));
    assertThatThrownBy(() -> UnclipModel.load(folder, Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(folder.resolve(part).toString());
  }

  @Test
  void truncatedWeightsAreRefusedByName(@TempDir Path folder) throws IOException {
    rewrite(PublishedFolder.shipped(), folder);
    Path file = weights(folder.resolve("decoder"));
    try (var content = new RandomAccessFile(file.toFile(), "rw")) {
      content.setLength(content.length() - 7);
    }
    assertThatThrownBy(() -> UnclipModel.load(folder, Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void weightsOfAnotherNetworkAreRefusedWithAllThatDiffers(@TempDir Path folder)
      throws IOException {
    rewrite(PublishedFolder.shipped(), folder);
    Path config = folder.resolve("prior/config.json");
    Files.writeString(
        config, Files.readString(config).replaceFirst("(\"num_layers\"\\s*:\\s*)2", "$1" + 3));
    assertThatThrownBy(() -> UnclipModel.load(folder, Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("16 tensors do not fit the network")
        .hasMessageContaining("missing: transformer_blocks.2.attn1.to_q.weight [32, 32]");
  }

  @Test
  void partsThatDoNotFitEachOtherAreRefused(@TempDir Path folder) throws IOException {
    rewrite(PublishedFolder.shipped(), folder);
    Path config = folder.resolve("tokenizer/tokenizer_config.json");
    Files.writeString(config, Files.readString(config).replace("77", "76"));
    assertThatThrownBy(() -> UnclipModel.load(folder, Compute.of(Precision.FLOAT32)))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            folder
                + ": the parts do not fit: max_position_embeddings: 77 (expected: ≤ the tokenizer's"
                + " 76)");
  }

  private static Path weights(Path part) throws IOException {
    try (var files = Files.list(part)) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Reads every part of a pipeline and writes it to another folder. */
  private static void rewrite(Path from, Path to) throws IOException {
    part(
        from.resolve("prior"),
        to.resolve("prior"),
        (source, target) -> {
          try (var checkpoint = Checkpoint.open(source, Checkpoint.DIFFUSERS)) {
            PriorModel.write(
                target,
                PriorModel.readConfig(source),
                checkpoint.only(name -> !name.startsWith("clip_")),
                new Standardization(checkpoint.read("clip_mean"), checkpoint.read("clip_std")),
                NOTES);
          }
        });
    part(
        from.resolve("decoder"),
        to.resolve("decoder"),
        (source, target) ->
            with(
                source,
                tensors ->
                    DecoderFolders.writeBackbone(
                        target, DecoderFolders.readUnet(source), tensors, NOTES)));
    part(
        from.resolve("text_proj"),
        to.resolve("text_proj"),
        (source, target) ->
            with(
                source,
                tensors ->
                    DecoderFolders.writeProjection(
                        target, DecoderFolders.readProjection(source), tensors, NOTES)));
    for (String name : List.of("super_res_first", "super_res_last")) {
      part(
          from.resolve(name),
          to.resolve(name),
          (source, target) ->
              with(
                  source,
                  tensors ->
                      DecoderFolders.writeUpsampler(
                          target, DecoderFolders.readUpsampler(source), tensors, NOTES)));
    }
    part(
        from.resolve("text_encoder"),
        to.resolve("text_encoder"),
        (source, target) ->
            with(
                source,
                tensors ->
                    ClipFolders.writeText(
                        target, ClipFolders.readText(source), 912, 913, 0, tensors, NOTES)));
    part(
        from.resolve("image_encoder"),
        to.resolve("image_encoder"),
        (source, target) ->
            with(
                source,
                tensors ->
                    ClipFolders.writeVision(
                        target, ClipFolders.readVision(source), tensors, NOTES)));
    Files.createDirectories(to.resolve("tokenizer"));
    ClipTokenizer.load(from.resolve("tokenizer")).save(to.resolve("tokenizer"));
    for (String stage : List.of("prior", "decoder", "super_res")) {
      String scheduler = stage + "_scheduler";
      Files.createDirectories(to.resolve(scheduler));
      Path config = Path.of(scheduler, "scheduler_config.json");
      Files.copy(from.resolve(config), to.resolve(config));
    }
    UnclipFolder.writeIndex(to);
  }

  private static void part(Path from, Path to, BiConsumer<Path, Path> writer) throws IOException {
    Files.createDirectories(to);
    writer.accept(from, to);
  }

  private static void with(Path folder, Consumer<TensorSource> use) {
    try (var checkpoint = Checkpoint.open(folder, Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS)) {
      use.accept(checkpoint);
    }
  }

  /** Every file below a folder as a string of its bytes. */
  private static Map<String, String> contents(Path folder) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(
            folder.relativize(file).toString(),
            Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return contents;
  }
}
