package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.ddpm.Autoencoder;
import io.diffusion4j.latent.ConditionalUnet;
import io.diffusion4j.latent.ConditionalUnet.Level;
import io.diffusion4j.latent.RandomStableDiffusion;
import io.diffusion4j.latent.StableDiffusionConfig;
import io.diffusion4j.latent.StableDiffusionFile;
import io.diffusion4j.latent.Vae;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A single file of Stable Diffusion is a model, as a folder is. */
class SingleFileTest {
  private static final String CACHE = "diffusion4j.cache";

  private static Path folder;
  private static Path file;

  /** A small network with the heads, groups and context of version 1. */
  @BeforeAll
  static void write(@TempDir Path temporary) {
    folder = temporary;
    System.setProperty(CACHE, folder.resolve("cache").toString());
    var levels =
        List.of(new Level(32, 1, 8, true, true, false), new Level(32, 1, 8, false, false, false));
    var config =
        new StableDiffusionConfig(
            new ClipTextNetwork(
                new Transformer(64, 128, 1, 1, Activation.QUICK_GELU, 1e-5), 1024, 77, 0),
            new ConditionalUnet(64, 4, 4, levels, true, 64, false, 32, 1e-5, 0, 0),
            new Vae.Kl(new Autoencoder(4, List.of(32, 32, 32, 32), 1, 32, 0.18215, true, true)),
            StableDiffusionConfig.small().scheduler());
    Path model = folder.resolve("model");
    new RandomStableDiffusion(config).write(model, DType.F16, 7, component -> {});
    file = folder.resolve("tiny.safetensors");
    StableDiffusionFile.toSingleFile(model, file, Optional.empty());
  }

  @AfterAll
  static void forgetTheCache() {
    System.clearProperty(CACHE);
  }

  private static Run draw(Path model) {
    return Run.of(
        "generate",
        "a cat",
        "--model",
        model.toString(),
        "--steps",
        "2",
        "--size",
        "64x64",
        "--output",
        folder.resolve("cat.png").toString());
  }

  @Test
  void itDrawsWithAVocabularyBesideIt() throws IOException {
    Run none = draw(file);
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err())
        .contains("tokenizer: none beside " + file + " (expected: bpe_simple_vocab_16e6.txt.gz,");

    Path tokenizer = Files.createDirectories(folder.resolve("tokenizer"));
    try (Stream<Path> files = Files.list(folder.resolve("model").resolve("tokenizer"))) {
      for (Path each : files.toList()) {
        Files.copy(each, tokenizer.resolve(each.getFileName()));
      }
    }
    for (int i = 0; i < 2; i++) {
      Run run = draw(file);
      assertThat(run.status()).as(run.err()).isZero();
    }
    try (Stream<Path> converted = Files.list(folder.resolve("cache"))) {
      assertThat(converted).hasSize(1);
    }
    Run doctor = Run.of("doctor", "--model", file.toString());
    assertThat(doctor.out()).contains("text_encoder: ok: ", "unet: untrained: ", "picture: ");
    assertThat(doctor.status()).isEqualTo(1);
  }

  @Test
  void anotherFileIsRefusedInOneLine() throws IOException {
    Path alone = Files.createDirectories(folder.resolve("alone")); // without a vocabulary
    Path gguf = alone.resolve("model.gguf");
    Files.writeString(gguf, "GGUF and so on and on");
    Run run = draw(gguf);
    assertThat(run.status()).isNotZero();
    assertThat(run.err().strip().lines())
        .singleElement()
        .asString()
        .contains(": a GGUF file (expected: safetensors");

    Path flux = alone.resolve("flux.safetensors");
    var tensors = new TensorMap();
    tensors.put("double_blocks.0.img_attn.qkv.weight", new long[] {1}, () -> new float[1]);
    new SafetensorsWriter().copyAll(tensors, Optional.empty()).write(flux);
    assertThat(draw(flux).err()).contains("tensors of FLUX, double_blocks.… (expected: a single");
  }
}
