package io.diffusion4j.it;

import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.clip.token.Vocabulary;
import io.diffusion4j.decoder.unet.ConcatConditioning;
import io.diffusion4j.decoder.unet.UnetConfig;
import io.diffusion4j.decoder.unet.UnetConfig.Heads;
import io.diffusion4j.decoder.unet.UnetConfig.LevelChange;
import io.diffusion4j.decoder.unet.UnetConfig.TimeConditioning;
import io.diffusion4j.decoder.unet.UnetLayout;
import io.diffusion4j.glide.GlideConfig;
import io.diffusion4j.glide.GlideFolders;
import io.diffusion4j.glide.GlideNetworks;
import io.diffusion4j.nn.RandomWeights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes GLIDE folders with random weights, for images of 16×16 pixels from bases of 8×8. */
final class TinyGlideFolder {
  static final int SMALL = 8;
  static final int LARGE = 16;

  private static final Vocabulary VOCABULARY = Vocabulary.inGpt2Order(List.of());

  private TinyGlideFolder() {}

  /**
   * Writes a folder.
   *
   * @param completes whether the networks are for inpainting
   */
  static void write(Path folder, boolean completes) throws IOException {
    network(
        folder.resolve(GlideNetworks.BASE),
        SMALL,
        completes ? ConcatConditioning.KNOWN : ConcatConditioning.NOTHING);
    network(
        folder.resolve(GlideNetworks.UPSAMPLE),
        LARGE,
        completes ? ConcatConditioning.KNOWN_AND_LOW : ConcatConditioning.LOW);
    Path tokenizer = Files.createDirectories(folder.resolve(GlideNetworks.TOKENIZER));
    var json = new StringBuilder("{");
    for (int id = 0; id < VOCABULARY.size(); id++) {
      String symbol = VOCABULARY.symbols().get(id).replace("\\", "\\\\").replace("\"", "\\\"");
      json.append(id == 0 ? "" : ", ").append('"').append(symbol).append("\": ").append(id);
    }
    Files.writeString(tokenizer.resolve("vocab.json"), json + "}");
    Files.writeString(tokenizer.resolve("merges.txt"), "#version: 0.2\n");
  }

  private static void network(Path folder, int size, ConcatConditioning beside) throws IOException {
    Files.createDirectories(folder);
    var unet =
        UnetConfig.openAi(
            UnetLayout.OPENAI,
            size,
            3,
            beside,
            6,
            16,
            List.of(1.0, 2.0),
            List.of(2),
            1,
            LevelChange.RESIDUAL_BLOCK,
            TimeConditioning.SCALE_SHIFT,
            Heads.of(2, 4),
            0,
            24,
            4);
    var text = new Transformer(24, 4 * 24, 1, 3, Activation.GELU, 1e-5);
    var config = new GlideConfig(unet, text, VOCABULARY.size(), 10);
    var weights = RandomWeights.of(GlideFolders.manifest(config), 1);
    GlideFolders.write(folder, config, weights, Map.of());
  }
}
